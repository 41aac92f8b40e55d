import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { queuePasswordReset } from '../../actions/mails/user-mails.ts'
import { changeOwnPassword, renameOwn } from '../../actions/users/change-own-account.ts'
import { readOwnerLink, redeemOwnerLink } from '../../actions/users/owner-link.ts'
import { readPasswordReset, resetPassword } from '../../actions/users/reset-password.ts'
import { isSignUpOpen, signUp } from '../../actions/users/sign-up.ts'
import { accepted } from '../../core/refusal.ts'
import {
  readEmailOnly,
  readNewPassword,
  readNewUser,
  readOwnName,
  readPasswordChange,
  readSignUp,
} from '../../core/users/user-input.ts'
import { hasUsers } from '../../store/users.ts'
import { toWireInstallation, toWireOwnerLink } from '../../wire/users.ts'
import { requireSession } from '../members.ts'
import { bodyOf } from '../params.ts'
import { userSchemas } from '../schemas/users.ts'
import { senderOf } from '../sender.ts'
import { checkOrigin, sessionTokenOf } from '../session-cookie.ts'
import { answerNewSession, answerToken } from './sessions.ts'

type ByToken = { Params: { token: string } }

/** How somebody becomes a user and stays one: signing up, the owner's link, passwords, the own name. */
export function usersRoutes(app: FastifyInstance, context: Context): void {
  app.get('/installation', { schema: userSchemas.installation }, async () => ({
    installation: toWireInstallation({
      hasUsers: await hasUsers(context.database.system),
      isSignUpOpen: await isSignUpOpen(context),
      ...context.settings,
    }),
  }))
  app.post('/sign_up', { schema: userSchemas.signUp }, async (request, reply) => {
    checkOrigin(request, context.settings)
    const input = accepted(readSignUp(bodyOf(request.body)))
    return answerNewSession(context, reply, await signUp(context, input, senderOf(request)))
  })
  ownerLinkRoutes(app, context)
  resetRoutes(app, context)
  ownAccountRoutes(app, context)
}

function ownerLinkRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByToken>('/owner_links/:token', { schema: userSchemas.showOwnerLink }, async ({ params }) => ({
    owner_link: toWireOwnerLink(await readOwnerLink(context, params.token)),
  }))
  app.post<ByToken>(
    '/owner_links/:token/redeem',
    { schema: userSchemas.redeemOwnerLink },
    async (request, reply) => {
      checkOrigin(request, context.settings)
      const { token } = request.params
      const { name } = await readOwnerLink(context, token)
      const user = accepted(readNewUser(bodyOf(request.body), [name]))
      return answerNewSession(context, reply, await redeemOwnerLink(context, token, user, senderOf(request)))
    },
  )
}

function resetRoutes(app: FastifyInstance, context: Context): void {
  app.post('/password_resets', { schema: userSchemas.requestReset }, async (request) => {
    checkOrigin(request, context.settings)
    const email = accepted(readEmailOnly(bodyOf(request.body)))
    await queuePasswordReset(context, email, senderOf(request))
    return {}
  })
  app.get<ByToken>('/password_resets/:token', { schema: userSchemas.showReset }, async ({ params }) => {
    const { email } = await readPasswordReset(context, params.token)
    return { password_reset: { email } }
  })
  app.post<ByToken>('/password_resets/:token', { schema: userSchemas.reset }, async (request, reply) => {
    checkOrigin(request, context.settings)
    const { token } = request.params
    const { email } = await readPasswordReset(context, token)
    const password = accepted(readNewPassword(bodyOf(request.body), [email]))
    return answerNewSession(context, reply, await resetPassword(context, token, password, senderOf(request)))
  })
}

function ownAccountRoutes(app: FastifyInstance, context: Context): void {
  app.put('/user', { schema: userSchemas.rename }, async (request, reply) => {
    const session = await requireSession(context, request)
    const name = accepted(readOwnName(bodyOf(request.body)))
    if (name !== undefined) await renameOwn(context, session, name)
    return answerToken(context, reply, sessionTokenOf(request) ?? '')
  })
  app.put('/user/password', { schema: userSchemas.changePassword }, async (request, reply) => {
    const session = await requireSession(context, request)
    const change = accepted(readPasswordChange(bodyOf(request.body), [session.email]))
    await changeOwnPassword(context, session, change, senderOf(request))
    return answerToken(context, reply, sessionTokenOf(request) ?? '')
  })
}
