import { notFound } from '../../core/refusal.ts'
import { readDraftModel } from '../../store/printed-parts.ts'
import type { Caller, Context } from '../context.ts'

/**
 * The PDF of a draft as it would be now, with a mark that says so; nothing is stored. 404 `invoice_not_found` for
 * invoices that are no drafts.
 */
export async function draftDocument(context: Context, caller: Caller, id: string): Promise<Uint8Array> {
  const draft = await context.database.read(caller, (reads) => readDraftModel(reads, id))
  if (!draft) throw notFound('invoice')
  const frozen = { ...draft.model, mark: 'draft' } as const
  const { bytes } = await context.renderDocument({ frozen, subject: `draft ${id}`, logo: draft.logo })
  return bytes
}
