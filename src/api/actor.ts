import type { FastifyRequest } from 'fastify'
import type { Context } from '../actions/context.ts'
import type { Rights } from '../actions/members/given-roles.ts'
import type { Actor } from '../actions/security-logs/log-security.ts'
import { forbidden } from '../core/refusal.ts'
import { confirmationEnd } from '../core/sessions/session-life.ts'
import { senderOf } from './sender.ts'

/** Who makes a request, for the security log. */
export function actorOf(request: FastifyRequest): Actor {
  const session = request.member?.session
  return {
    userId: session?.userId ?? null,
    userEmail: session?.email ?? null,
    apiKeyId: request.caller.apiKeyId,
    ...senderOf(request),
  }
}

/** The rights of the member who makes a request, and who it is. 403 `session_required` for an API key. */
export function whoOf(request: FastifyRequest): { readonly own: Rights; readonly actor: Actor } {
  if (!request.member) throw forbidden('session_required')
  return { own: request.member.permissions, actor: actorOf(request) }
}

/** 403 `password_confirmation_required` for a member who has not given the password within the last ten minutes. */
export function requireConfirmation({ systemNow }: Context, { member }: FastifyRequest): void {
  if (!member || confirmationEnd(member.session.confirmedAt) > systemNow()) return
  throw forbidden('password_confirmation_required')
}
