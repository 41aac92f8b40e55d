import { Last } from '../../store/database.ts'
import { holdSettings } from '../../store/inherited-settings.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { sharedTransactions } from '../organizations/shared-transactions.ts'
import {
  type CustomerRequest,
  createCustomers,
  type ShownCustomer,
  surroundingsOf,
} from './create-customers.ts'

type Created = ReadonlyMap<CustomerRequest, ShownCustomer>

/**
 * Customers that are created at the same time share a transaction: those of one organization are numbered without gaps,
 * so each transaction that creates some waits for the commit of the one before.
 */
export const customersAtOnce = sharedTransactions(createTogether)

/** Creates the customers that do not exist; of several requests for one, the first. */
function createTogether(
  context: Context,
  organizationId: string,
  requests: readonly CustomerRequest[],
): Promise<Created> {
  return inTransaction<Created>(context.database, organizationId, async (tx) => {
    const changes = requests.map(({ change }) => change)
    const [, around] = await Promise.all([holdSettings(tx), surroundingsOf(tx, changes)])
    const fresh = firstOfEach(requests, new Set(around.taken))
    const created = await createCustomers(tx, fresh, around)
    const byRequest = (shown: readonly ShownCustomer[]): Created =>
      new Map(fresh.flatMap((each, place) => (shown[place] ? [[each, shown[place]] as const] : [])))
    return created instanceof Last ? new Last(created.statements.then(byRequest)) : byRequest(created)
  })
}

/** The first request of each external id that no customer has yet. */
function firstOfEach(requests: readonly CustomerRequest[], taken: Set<string>): CustomerRequest[] {
  return requests.filter(({ change: { externalId } }) => {
    if (taken.has(externalId)) return false
    taken.add(externalId)
    return true
  })
}
