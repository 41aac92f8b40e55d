import { type BillingEntityChange, checkBillingEntity } from '../../core/organizations/settings.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { lockBillingEntity, updateBillingEntity as writeEntity } from '../../store/billing-entities.ts'
import { lockSettings } from '../../store/inherited-settings.ts'
import type { BillingEntityRow } from '../../store/organizations.ts'
import { flagDraftsOfTax, replaceTaxes, taxesOfOwners } from '../../store/taxes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { enqueueViesChecks, viesChecksOfEntity } from '../../store/vies-checks.ts'
import { toWireBillingEntity } from '../../wire/billing-entities.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller, Context } from '../context.ts'
import { spreadSettings } from '../customers/follow-settings.ts'
import { selectSections } from '../invoice-custom-sections/select-sections.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { createEuTaxes } from '../taxes/create-eu-taxes.ts'
import { readTaxesByCode } from '../taxes/read-tax.ts'
import { logoColumns } from './create-billing-entity.ts'

/**
 * Changes a billing entity; `tax_codes` replace its taxes, and the drafts that lose or get one are flagged. 404 for
 * an unknown code or tax.
 */
export async function updateBillingEntity(
  context: Context,
  caller: Caller,
  code: string,
  change: BillingEntityChange,
  actor: Actor,
): Promise<BillingEntityRow> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockSettings(tx)
    const entity = await lockBillingEntity(tx, code)
    if (!entity) throw notFound('billing_entity')
    const changed = await writeEntity(tx, entity.id, {
      ...change.shared,
      ...change.own,
      ...logoColumns(change.logo),
      updatedAt: ts(caller.now),
    })
    accepted(checkBillingEntity(changed))
    await spreadSettings(tx, caller, entity, changed)
    if (changed.euTaxManagement && !entity.euTaxManagement) await createEuTaxes(tx, caller)
    if (entity.euTaxManagement && !changed.euTaxManagement) {
      // Nothing is left to find out, so these checks only end the wait of their customers.
      await enqueueViesChecks(tx, await viesChecksOfEntity(tx, entity.id))
    }
    if (change.sectionCodes) {
      const owner = { column: 'billingEntityId', id: entity.id } as const
      await selectSections(tx, caller, owner, change.sectionCodes)
    }
    if (change.taxCodes) {
      const taxes = await readTaxesByCode(tx, change.taxCodes)
      const before = await taxesOfOwners(tx, { billingEntityIds: [entity.id] })
      const lost = before.billingEntities.get(entity.id) ?? []
      for (const tax of lost) await flagDraftsOfTax(tx, tax.id)
      await replaceTaxes(
        tx,
        caller.organizationId,
        'billingEntity',
        entity.id,
        taxes.map((tax) => tax.id),
      )
      for (const tax of taxes) await flagDraftsOfTax(tx, tax.id)
    }
    await logActivity(tx, caller, 'billing_entities.updated', entity.id, toWireBillingEntity(changed))
    const { organizationId } = caller
    const resources = { code, name: changed.name }
    await logSecurity(context, tx, organizationId, 'billing_entity.updated', actor, resources)
    return changed
  })
}
