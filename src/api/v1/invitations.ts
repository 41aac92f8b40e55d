import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { acceptInvitation, readInvitation } from '../../actions/invitations/accept-invitation.ts'
import {
  inviteMembers,
  type MadeInvitation,
  renewInvitation,
  revokeInvitation,
} from '../../actions/invitations/invite-members.ts'
import { readInvitations } from '../../core/invitations/invitation-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { readPassword } from '../../core/sessions/sign-in-input.ts'
import { readNewPassword, readOwnName } from '../../core/users/user-input.ts'
import { isId } from '../../store/ids.ts'
import { listOpenInvites } from '../../store/invitations.ts'
import { toWireInvitation, toWireInvitationLink } from '../../wire/invitations.ts'
import { actorOf, whoOf } from '../actor.ts'
import { requireSession } from '../members.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { bodyOf, rootOf } from '../params.ts'
import { invitationSchemas } from '../schemas/invitations.ts'
import { senderOf } from '../sender.ts'
import { checkOrigin, sessionTokenOf } from '../session-cookie.ts'
import { answerNewSession, answerToken } from './sessions.ts'

type ById = { Params: { id: string } }
type ByToken = { Params: { token: string } }

/** Of routes that give the link of an invitation. */
const MAKING = { permission: 'organization:members:create', isSecret: true } as const

/** Invitations to an organization; only for members. */
export function invitationsRoutes(app: FastifyInstance, context: Context): void {
  const toMade = ({ invite, url, isMailed }: MadeInvitation) => ({
    ...toWireInvitation(invite, context.systemNow()),
    ...{ url, is_mailed: isMailed },
  })
  app.get(
    '/invitations',
    { config: { permission: 'organization:members:view' }, schema: invitationSchemas.list },
    async ({ caller, query }) => {
      const page = pageOf(query)
      const { rows, total } = await context.database.read(caller, (reads) => listOpenInvites(reads, page))
      const invitations = rows.map((invite) => toWireInvitation(invite, context.systemNow()))
      return { invitations, meta: metaOf(page, total) }
    },
  )
  app.post('/invitations', { config: MAKING, schema: invitationSchemas.create }, async (request) => {
    const input = accepted(readInvitations(rootOf(request.body, 'invitation')))
    const made = await inviteMembers(context, request.caller, input, whoOf(request))
    return { invitations: made.map(toMade) }
  })
  app.post<ById>(
    '/invitations/:id/renew',
    { config: MAKING, schema: invitationSchemas.renew },
    async (request) => {
      const id = idOf(request.params)
      return { invitation: toMade(await renewInvitation(context, request.caller, id, whoOf(request))) }
    },
  )
  app.delete<ById>(
    '/invitations/:id',
    { config: { permission: 'organization:members:delete' }, schema: invitationSchemas.destroy },
    async (request) => {
      const id = idOf(request.params)
      const gone = await revokeInvitation(context, request.caller, id, actorOf(request))
      return { invitation: toWireInvitation(gone, context.systemNow()) }
    },
  )
}

/** The link of an invitation, for whoever has it. */
export function invitationLinksRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByToken>('/invitation_links/:token', { schema: invitationSchemas.show }, async ({ params }) => ({
    invitation: toWireInvitationLink(await readInvitation(context, params.token)),
  }))
  app.post<ByToken>(
    '/invitation_links/:token/accept',
    { schema: invitationSchemas.accept },
    async (request, reply) => {
      checkOrigin(request, context.settings)
      const { token } = request.params
      const invitation = await readInvitation(context, token)
      const own = sessionTokenOf(request)
      const session = own === undefined ? undefined : await requireSession(context, request)
      const body = bodyOf(request.body)
      const { email, organizationName: name } = invitation
      const password = session
        ? ''
        : accepted(invitation.isKnown ? readPassword(body) : readNewPassword(body, [email, name]))
      const by = { session, password, name: accepted(readOwnName(body)) ?? null, sender: senderOf(request) }
      const opened = await acceptInvitation(context, token, by)
      return opened === null
        ? answerToken(context, reply, own ?? '')
        : answerNewSession(context, reply, opened)
    },
  )
}

function idOf({ id }: { readonly id: string }): string {
  if (!isId(id)) throw notFound('invitation')
  return id
}
