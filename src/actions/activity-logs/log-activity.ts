import {
  type ActivitySource,
  type ActivityType,
  keepsObject,
  resourceTypeOf,
} from '../../core/activity-logs/activity.ts'
import { jsonText } from '../../core/amounts/json-text.ts'
import { insertActivities, type NewActivity } from '../../store/activity-logs.ts'
import type { Tx } from '../../store/database.ts'
import type { Caller } from '../context.ts'

/** Logs an activity that no webhook tells of, in the transaction of the change. */
export async function logActivity(
  tx: Tx,
  caller: Caller,
  type: ActivityType,
  resourceId: string,
  object: object,
): Promise<void> {
  await insertActivities(tx, caller.organizationId, activitiesOf(caller, type, resourceId, object))
}

/** The activity of a type, if it is one; `object` is the resource afterwards, or its JSON. */
export function activitiesOf(
  caller: Caller,
  type: ActivityType,
  resourceId: string | null,
  object: object | string | null,
): NewActivity[] {
  const resourceType = resourceTypeOf(type)
  if (resourceType === undefined || resourceId === null) return []
  const kept = keepsObject(type) ? object : null
  const text = kept === null || typeof kept === 'string' ? kept : jsonText(kept)
  const { apiKeyId, userEmail = null, now } = caller
  const source = sourceOf(caller)
  return [{ type, resourceType, resourceId, object: text, source, apiKeyId, userEmail, now }]
}

/** Where what a caller does comes from. One without a key or a session is Weir itself, in due work. */
export function sourceOf({ apiKeyId, userEmail, buyer }: Caller): ActivitySource {
  if (buyer !== undefined) return 'portal'
  if (userEmail !== undefined) return 'front'
  return apiKeyId === null ? 'system' : 'api'
}
