import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { confirmPassword } from '../../actions/sessions/confirm-password.ts'
import { endOtherSessions, endSession, signOut } from '../../actions/sessions/end-sessions.ts'
import { signIn } from '../../actions/sessions/sign-in.ts'
import { accepted, notFound, Refusal } from '../../core/refusal.ts'
import { readPassword, readSignIn } from '../../core/sessions/sign-in-input.ts'
import { isId } from '../../store/ids.ts'
import { listAdmins, listMemberships } from '../../store/members.ts'
import { findSession, listSessions, type SessionOfUser } from '../../store/sessions.ts'
import { toWireSession, toWireSessionOfList } from '../../wire/sessions.ts'
import { requireSession } from '../members.ts'
import { bodyOf } from '../params.ts'
import { sessionSchemas } from '../schemas/sessions.ts'
import { senderOf } from '../sender.ts'
import {
  checkOrigin,
  clearSessionCookie,
  csrfTokenOf,
  sessionTokenOf,
  setSessionCookie,
} from '../session-cookie.ts'

type ById = { Params: { id: string } }

/** Signing in and out, and the sessions of a user. Not of an organization: no key opens these routes. */
export function sessionsRoutes(app: FastifyInstance, context: Context): void {
  app.get('/session', { schema: sessionSchemas.show }, async (request, reply) => {
    const session = await requireSession(context, request)
    return answerSession(context, reply, session, sessionTokenOf(request) ?? '')
  })
  app.post('/session', { schema: sessionSchemas.create }, async (request, reply) => {
    checkOrigin(request, context.settings)
    const input = accepted(readSignIn(bodyOf(request.body)))
    return answerNewSession(context, reply, await signIn(context, input, senderOf(request)))
  })
  app.delete('/session', { schema: sessionSchemas.destroy }, async (request, reply) => {
    await signOut(context, await requireSession(context, request), senderOf(request))
    clearSessionCookie(reply, context.settings)
    return {}
  })
  app.post('/session/confirm', { schema: sessionSchemas.confirm }, async (request, reply) => {
    const session = await requireSession(context, request)
    const password = accepted(readPassword(bodyOf(request.body)))
    await confirmPassword(context, session, password, senderOf(request).ipAddress)
    return answerToken(context, reply, sessionTokenOf(request) ?? '')
  })
  listRoutes(app, context)
}

function listRoutes(app: FastifyInstance, context: Context): void {
  app.get('/sessions', { schema: sessionSchemas.list }, async (request) => {
    const session = await requireSession(context, request)
    const sessions = await listSessions(context.database, session.userId, context.systemNow())
    return { sessions: sessions.map((each) => toWireSessionOfList(each, session.id)) }
  })
  app.delete<ById>('/sessions/:id', { schema: sessionSchemas.end }, async (request) => {
    const session = await requireSession(context, request)
    if (!isId(request.params.id)) throw notFound('session')
    await endSession(context, session, request.params.id)
    return {}
  })
  app.delete('/sessions', { schema: sessionSchemas.endOthers }, async (request) => ({
    ended: await endOtherSessions(context, await requireSession(context, request)),
  }))
}

/** Answers with a session that was just opened, and gives the browser its cookie. */
export async function answerNewSession(
  context: Context,
  reply: FastifyReply,
  token: string,
): Promise<object> {
  setSessionCookie(reply, context.settings, token)
  return answerToken(context, reply, token)
}

/** Answers with the session of a token as it is now. */
export async function answerToken(context: Context, reply: FastifyReply, token: string): Promise<object> {
  const session = await findSession(context.database, token, context.systemNow())
  // Somebody may have ended it meanwhile.
  if (!session) throw new Refusal({ kind: 'unauthorized', code: 'session_required' })
  return answerSession(context, reply, session, token)
}

async function answerSession(
  { database }: Context,
  reply: FastifyReply,
  session: SessionOfUser,
  token: string,
): Promise<object> {
  const memberships = await listMemberships(database, session.userId)
  const admins = await listAdmins(
    database,
    memberships.map(({ organization }) => organization.id),
  )
  void reply.header('cache-control', 'no-store')
  return { session: toWireSession(session, csrfTokenOf(token), memberships, admins) }
}
