import type { Selectable } from 'kysely'
import type { Tx } from '../../store/database.ts'
import type { Customers } from '../../store/rows.ts'
import type { Caller } from '../context.ts'

/** The customer with an external id, made when there is none; locked. */
export async function findOrCreateCustomer(
  tx: Tx,
  _caller: Caller,
  externalId: string,
): Promise<Selectable<Customers>> {
  const known = await tx
    .selectFrom('customers')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('deletedAt', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (!known) throw new Error('customers are not merged')
  return known
}
