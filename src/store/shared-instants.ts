import { sql } from 'kysely'
import type { SharedInstants } from '../core/billing/snapshot.ts'
import type { Reads } from './database.ts'
import { anyOf } from './values.ts'

/**
 * The subscriptions that share an instant. The id of a billed period shows when the bill was computed: it is
 * recreated with the bill and ascends like the ids of events and subscriptions.
 */
export async function sharedInstants(
  reads: Reads,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, SharedInstants>> {
  const { rows } = await sql<SharedInstants & { id: string }>`
    select * from (
      select s.id,
        exists (
          select from subscriptions n
          where n.external_id = s.external_id and n.started_at = s.terminated_at and n.id <> s.id
        ) as is_followed_at_once,
        (
          select l.id
          from subscriptions e
          join invoice_subscriptions l on l.subscription_id = e.id
          where e.external_id = s.external_id and e.terminated_at = s.started_at and e.ended_by = 'termination'
            and e.id <> s.id and l.invoicing_reason = 'subscription_terminating' and l.released_at is null
            and l.charges_from < l.charges_to and l.charges_to = e.terminated_at and l.id < s.id
          limit 1
        ) as usage_after
      from subscriptions s
      where s.id = ${anyOf(subscriptionIds)}
    ) as shared
    where is_followed_at_once or usage_after is not null`.execute(reads)
  return new Map(rows.map(({ id, ...shared }) => [id, shared]))
}
