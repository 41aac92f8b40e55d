import type { NewSection, SectionChange } from '../../core/invoice-custom-sections/section-input.ts'
import { notFound } from '../../core/refusal.ts'
import { newId } from '../../store/ids.ts'
import {
  type CustomSectionRow,
  insertCustomSection,
  updateCustomSection as storeSection,
  unselectSection,
} from '../../store/invoice-custom-sections.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/** Creates a custom section; 422 when its code is taken. */
export async function createCustomSection(
  context: Context,
  caller: Caller,
  input: NewSection,
): Promise<CustomSectionRow> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, (tx) =>
    insertCustomSection(tx, { organizationId, id: newId(), ...input, ...stamps(now) }),
  )
}

/** Updates a custom section; invoices keep the text that they were made with. 404 when there is none. */
export async function updateCustomSection(
  context: Context,
  caller: Caller,
  code: string,
  change: SectionChange,
): Promise<CustomSectionRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const section = await storeSection(tx, code, { ...change, updatedAt: ts(caller.now) })
    if (!section) throw notFound('invoice_custom_section')
    return section
  })
}

/** Deletes a custom section and takes it out of every selection; invoices keep their copies. 404 when there is none. */
export async function deleteCustomSection(
  context: Context,
  caller: Caller,
  code: string,
): Promise<CustomSectionRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const section = await storeSection(tx, code, { deletedAt: ts(caller.now), updatedAt: ts(caller.now) })
    if (!section) throw notFound('invoice_custom_section')
    await unselectSection(tx, section.id)
    return section
  })
}
