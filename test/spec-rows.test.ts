import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

// Every case in docs/rules/cases.md has a test named after it: `case 52: …`, `cases 81, 82: …` or `cases 8 to 12: …`; those
// of docs/rules/document-cases.md are named `document case 17: …`, those of payment-cases.md `payment case 17: …`.

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
/** The pages of cases: what stands before their numbers in the names of tests, and how many there were. */
const PAGES = [
  { page: 'docs/rules/cases.md', word: '', least: 102 },
  { page: 'docs/rules/document-cases.md', word: 'document ', least: 45 },
  { page: 'docs/rules/payment-cases.md', word: 'payment ', least: 58 },
] as const

/** The numbers of the cases, from the first column of a page's tables. */
function casesOf(page: string): number[] {
  const text = readFileSync(path.join(ROOT, page), 'utf8')
  return [...text.matchAll(/^\| (\d+) \|/gm)].map(([, number]) => Number(number))
}

/** A name right after `it(` or after the table, or the name of the table, of `it.each(…)(`. */
function testName(word: string): RegExp {
  return new RegExp(
    `(?:\\bit\\(|[\\])](?: as const)?\\)\\(|each\\(\\w+\\)\\()\\s*['"\`]${word}cases? ([\\d, to]+):`,
    'g',
  )
}

/** Any such text, in files whose tests take their names from a table. */
function tableName(word: string): RegExp {
  return new RegExp(`['"\`]${word}cases? ([\\d, to]+):`, 'g')
}

const IS_BY_TABLE = /\bit\((?:\w+\.)?name,/

/** Every validation error code by area. Each is requested over the API by a test in test/integration/validation. */
const REFUSALS: Readonly<Record<string, string>> = {
  events:
    'value_is_mandatory invalid_format value_already_exist no_events too_many_events event_not_found ' +
    'endpoint_not_available invalid_expression invalid_event',
  'billable metrics':
    'value_is_invalid not_compatible_with_aggregation_type feature_unavailable billable_metric_not_found ' +
    'invalid_expression value_already_exist value_is_mandatory',
  charges:
    'invalid_aggregation_type_or_charge_model invalid_billable_metric_or_charge_model ' +
    'not_compatible_with_pay_in_advance must_be_true_unless_pay_in_advance ' +
    'only_compatible_with_pay_in_advance_and_non_invoiceable invalid_value billable_metrics_not_found ' +
    'billable_metric_not_found tax_not_found invalid_amount missing_graduated_ranges invalid_graduated_ranges ' +
    'missing_volume_ranges invalid_volume_ranges invalid_free_units invalid_package_size invalid_rate ' +
    'invalid_fixed_amount invalid_free_units_per_events invalid_free_units_per_total_aggregation ' +
    'per_transaction_max_lower_than_per_transaction_min missing_graduated_percentage_ranges ' +
    'invalid_graduated_percentage_ranges invalid_type too_many_keys value_is_duplicated value_is_out_of_range',
  fees: 'value_is_invalid invoiced_fee fee_not_found',
  'usage and estimates':
    'customer_not_found no_active_subscription charge_not_found full_usage_not_allowed lifetime_usage_not_found ' +
    'subscription_not_found value_is_not_valid_number does_not_match_an_instant_charge',
  'usage thresholds':
    'missing_amount_cents duplicated_values multiple_recurring_thresholds value_is_out_of_range',
  alerts:
    'invalid_type too_many_thresholds duplicate_threshold_values recurring_value_is_negative ' +
    'value_must_be_blank alert_already_exists value_already_exist billable_metric_not_found',
  'taxes and entitlements':
    'value_is_duplicated value_already_exist invalid_format value_not_in_select_options value_is_invalid ' +
    'feature_not_found privilege_not_found tax_not_found',
}
/** Error codes for disabled features. Weir always has them, so these codes cannot occur over the API. */
const NEVER_MET: Readonly<Record<string, string>> = {
  'src/core/pricing/charge-rules.test.ts':
    'graduated_percentage_requires_premium_license feature_unavailable',
  'src/core/alerts/check-alert.test.ts': 'feature_not_available',
}

function testFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const full = path.join(folder, entry)
    return statSync(full).isDirectory() ? testFiles(full) : full.endsWith('.test.ts') ? [full] : []
  })
}

/** `81, 82` or `8 to 12` as numbers; throws on anything else. */
function numbersOf(list: string): number[] {
  return list.split(', ').flatMap((part) => {
    const [, from, to] = /^(\d+)(?: to (\d+))?$/.exec(part) ?? []
    if (from === undefined) throw new Error(`not a list of cases: ${list}`)
    const last = Number(to ?? from)
    return Array.from({ length: last - Number(from) + 1 }, (_, k) => Number(from) + k)
  })
}

const files = ['src', 'test']
  .flatMap((folder) => testFiles(path.join(ROOT, folder)))
  .map((full) => ({ file: path.relative(ROOT, full), text: readFileSync(full, 'utf8') }))
  .filter(
    ({ file, text }) =>
      /['"`](?:document |payment )?cases? \d/.test(text) && file !== 'test/spec-rows.test.ts',
  )

describe.each(PAGES)('the cases of $page', ({ page, word, least }) => {
  const cases = casesOf(page)

  it('are numbered from 1 without gaps', () => {
    expect(cases.length).toBeGreaterThanOrEqual(least)
    expect(cases).toEqual(cases.map((_, k) => k + 1))
  })

  it('each have a test with their number', () => {
    const tested = files.flatMap(({ text }) =>
      [...text.matchAll(IS_BY_TABLE.test(text) ? tableName(word) : testName(word))].flatMap((match) =>
        numbersOf(match[1] ?? ''),
      ),
    )
    const known = new Set(tested)
    expect(cases.filter((number) => !known.has(number))).toEqual([])
    expect([...known].filter((number) => !cases.includes(number))).toEqual([])
  })
})

describe('the tests of cases', () => {
  it('are all run', () => {
    const left = files.filter(({ text }) => /\b(?:it|describe|test)\.(?:skip|todo|only|fails)\b/.test(text))
    expect(left.map(({ file }) => file)).toEqual([])
  })
})

describe('validation errors', () => {
  const asked = testFiles(path.join(ROOT, 'test/integration/validation')).map((full) =>
    readFileSync(full, 'utf8'),
  )

  it.each(Object.entries(REFUSALS))('of %s are each tested', (_area, codes) => {
    const missing = codes
      .split(' ')
      .filter((code) => !asked.some((text) => new RegExp(`\\b${code}\\b`).test(text)))
    expect(missing).toEqual([])
  })

  it.each(Object.entries(NEVER_MET))('of disabled features are tested in %s', (file, codes) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8')
    for (const code of codes.split(' ')) expect(text).toMatch(new RegExp(`it\\('.*\\b${code}\\b`))
  })
})
