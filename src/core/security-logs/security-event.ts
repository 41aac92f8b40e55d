/** What the security log is about. */
export const SECURITY_LOG_TYPES = [
  'api_key',
  'billing_entity',
  'export',
  'integration',
  'role',
  'user',
  'webhook_endpoint',
] as const

/** Every event of the security log, each with its type before the dot. */
export const SECURITY_EVENTS = [
  'api_key.created',
  'api_key.deleted',
  'api_key.rotated',
  'billing_entity.created',
  'billing_entity.updated',
  'integration.created',
  'integration.deleted',
  'integration.updated',
  'role.created',
  'role.deleted',
  'role.updated',
  'user.deleted',
  'user.invited',
  'user.invitation_accepted',
  'user.invitation_revoked',
  'user.new_device_logged_in',
  'user.password_edited',
  'user.password_reset_requested',
  'user.role_edited',
  'user.sign_in_failed',
  'user.signed_in',
  'user.signed_out',
  'user.signed_up',
  'webhook_endpoint.created',
  'webhook_endpoint.deleted',
  'webhook_endpoint.secret_revealed',
  'webhook_endpoint.secret_rotated',
  'webhook_endpoint.updated',
] as const

export type SecurityEvent = (typeof SECURITY_EVENTS)[number]

/** The type of an event. */
export function typeOfEvent(event: SecurityEvent): string {
  return event.slice(0, event.indexOf('.'))
}

/** How long the security log is kept. */
export const SECURITY_LOG_DAYS = 90
