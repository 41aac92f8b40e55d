import { documentPrefix } from '../../core/organizations/names.ts'
import { type BillingEntityChange, checkBillingEntity, type Logo } from '../../core/organizations/settings.ts'
import { accepted } from '../../core/refusal.ts'
import { insertNewBillingEntity } from '../../store/billing-entities.ts'
import { newId } from '../../store/ids.ts'
import { type BillingEntityRow, stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { toWireBillingEntity } from '../../wire/billing-entities.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { createEuTaxes } from '../taxes/create-eu-taxes.ts'

/**
 * Makes another billing entity. Its numbers begin with three letters of its name and four of its id
 * unless it brings a prefix. 422 when its code is taken.
 */
export async function createBillingEntity(
  context: Context,
  caller: Caller,
  change: BillingEntityChange,
  actor: Actor,
): Promise<BillingEntityRow> {
  const id = newId()
  const { code = '', own, shared } = change
  const name = own.name ?? ''
  return inTransaction(context.database, caller, async (tx) => {
    const entity = await insertNewBillingEntity(tx, {
      documentNumberPrefix: documentPrefix(name, id),
      ...shared,
      ...own,
      ...logoColumns(change.logo),
      organizationId: caller.organizationId,
      id,
      code,
      name,
      ...stamps(caller.now),
    })
    accepted(checkBillingEntity(entity))
    if (entity.euTaxManagement) await createEuTaxes(tx, caller)
    await logActivity(tx, caller, 'billing_entities.created', id, toWireBillingEntity(entity))
    await logSecurity(context, tx, caller.organizationId, 'billing_entity.created', actor, { code, name })
    return entity
  })
}

/** The columns of a logo; none when the logo is absent. */
export function logoColumns(logo: Logo | undefined): {
  logo?: Buffer | null
  logoContentType?: string | null
} {
  if (logo === undefined) return {}
  if (logo === null) return { logo: null, logoContentType: null }
  return { logo: Buffer.from(logo.base64, 'base64'), logoContentType: logo.contentType }
}
