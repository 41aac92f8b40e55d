import { Fields, given, type Input, isInput } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'

/** What a request says about a custom section; absent keys are not changed. */
export type SectionChange = {
  readonly code?: string
  readonly name?: string
  readonly description?: string | null
  readonly details?: string | null
  readonly displayName?: string | null
}

export type NewSection = SectionChange & { readonly code: string; readonly name: string }

const TEXT_MAX = 255

/** Reads a new section; code and name are mandatory. Rejects with a 422. */
export function readNewSection(input: Input): Outcome<NewSection> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.mandatoryId('code', TEXT_MAX)
  const name = fields.mandatoryText('name', TEXT_MAX)
  return problems.outcome({ ...readTexts(fields), code: code ?? '', name: name ?? '' })
}

/** Reads a change of a section. Rejects with a 422. */
export function readSectionChange(input: Input): Outcome<SectionChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = given({
    code: fields.presentId('code', TEXT_MAX),
    name: fields.presentText('name', TEXT_MAX),
  })
  return problems.outcome({ ...change, ...readTexts(fields) })
}

function readTexts(fields: Fields): SectionChange {
  return given({
    description: fields.text('description'),
    details: fields.text('details'),
    displayName: fields.text('display_name', TEXT_MAX),
  })
}

/** A selection in a request: none at all, or the sections with these codes. */
export type SectionSelection = { readonly skips: boolean; readonly codes: readonly string[] }

/**
 * Reads `invoice_custom_section` of a subscription or an invoice; undefined when it is not given. Both a wish to skip and
 * codes are `skip_sections_and_selected_ids_sent_together`.
 */
export function readSelection(input: Input, problems: Problems): SectionSelection | undefined {
  const value = input.invoice_custom_section
  if (value === undefined || value === null) return undefined
  if (!isInput(value)) {
    problems.add('invoice_custom_section', 'value_is_invalid')
    return undefined
  }
  const fields = new Fields(value, problems)
  const skips = fields.boolean('skip_invoice_custom_sections') ?? false
  const codes = fields.ids('invoice_custom_section_codes') ?? []
  if (skips && codes.length > 0) {
    problems.add('invoice_custom_section', 'skip_sections_and_selected_ids_sent_together')
  }
  return { skips, codes }
}
