import { notFound } from '../../core/refusal.ts'
import type { Reads, Tx } from '../../store/database.ts'
import {
  type CustomSectionRow,
  findCustomSections,
  replaceSelection,
  type SectionOwner,
} from '../../store/invoice-custom-sections.ts'
import type { Caller } from '../context.ts'

/** The sections with these codes; 404 `invoice_custom_section_not_found` when one of them does not exist. */
export async function readSections(reads: Reads, codes: readonly string[]): Promise<CustomSectionRow[]> {
  const sections = await findCustomSections(reads, codes)
  if (sections.length < new Set(codes).size) throw notFound('invoice_custom_section')
  return sections
}

/** Replaces what an owner selected by the sections with these codes. 404 as `readSections`. */
export async function selectSections(
  tx: Tx,
  caller: Caller,
  owner: { readonly column: SectionOwner; readonly id: string },
  codes: readonly string[],
): Promise<void> {
  const sections = await readSections(tx, codes)
  const ids = sections.map(({ id }) => id)
  await replaceSelection(tx, caller.organizationId, owner, ids, caller.now)
}
