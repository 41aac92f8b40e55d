import type { MemberRow } from '../store/members.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** A member of an organization. */
export function toWireMember(member: MemberRow): object {
  return {
    id: member.id,
    user_id: member.userId,
    email: member.email,
    name: member.name,
    roles: member.roles,
    created_at: isoSeconds(member.createdAt),
    last_seen_at: isoSecondsOrNull(member.lastSeenAt),
  }
}
