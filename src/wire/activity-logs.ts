import { changesBetween } from '../core/activity-logs/activity.ts'
import type { ActivityLogView } from '../store/activity-logs.ts'
import { isoSeconds } from './times.ts'

/** An activity; its changes are those since the activity before. */
export function toWireActivityLog(row: ActivityLogView): object {
  const isUpdate = row.activityType.endsWith('updated') && row.activityObject !== null
  return {
    activity_id: row.id,
    activity_type: row.activityType,
    activity_source: row.activitySource,
    activity_object: row.activityObject,
    activity_object_changes:
      isUpdate && row.objectBefore !== null ? changesBetween(row.objectBefore, row.activityObject) : {},
    user_email: row.userEmail,
    resource_id: row.resourceId,
    resource_type: row.resourceType,
    organization_id: row.organizationId,
    external_customer_id: row.externalCustomerId,
    external_subscription_id: row.externalSubscriptionId,
    logged_at: isoSeconds(row.loggedAt),
    created_at: isoSeconds(row.createdAt),
  }
}
