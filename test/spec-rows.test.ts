import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

// Each row of the list "Cases that are easy to get wrong" (metering-and-rating §9) has a test that is named for it:
// `§9 row 52: …`, `§9 rows 81, 82: …` or `§9 rows 8 to 12: …`.

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const ROWS = 102
/** A name right after `it(` or after the table of `it.each(…)(`. */
const TEST_NAME = /(?:\bit\(|[\])]\)\()\s*['"`]§9 rows? ([^:]+):/g
/** Any such text, in files whose tests take their names from a table. */
const TABLE_NAME = /['"`]§9 rows? ([^:]+):/g
const IS_BY_TABLE = /\bit\((?:\w+\.)?name,/

/**
 * Every code of a refusal in metering-and-rating §1 to §7, taxes (subscriptions-and-invoicing §10) and entitlements
 * (platform §10). Each is asked for over the API in test/integration/validation, in a test named with it.
 */
const REFUSALS: Readonly<Record<string, string>> = {
  '§1':
    'value_is_mandatory invalid_format value_already_exist no_events too_many_events event_not_found ' +
    'endpoint_not_available invalid_expression invalid_event',
  '§2':
    'value_is_invalid not_compatible_with_aggregation_type feature_unavailable billable_metric_not_found ' +
    'invalid_expression value_already_exist value_is_mandatory',
  '§3':
    'invalid_aggregation_type_or_charge_model invalid_billable_metric_or_charge_model ' +
    'not_compatible_with_pay_in_advance must_be_true_unless_pay_in_advance ' +
    'only_compatible_with_pay_in_advance_and_non_invoiceable invalid_value billable_metrics_not_found ' +
    'billable_metric_not_found tax_not_found invalid_amount missing_graduated_ranges invalid_graduated_ranges ' +
    'missing_volume_ranges invalid_volume_ranges invalid_free_units invalid_package_size invalid_rate ' +
    'invalid_fixed_amount invalid_free_units_per_events invalid_free_units_per_total_aggregation ' +
    'per_transaction_max_lower_than_per_transaction_min missing_graduated_percentage_ranges ' +
    'invalid_graduated_percentage_ranges invalid_type too_many_keys value_is_duplicated value_is_out_of_range',
  '§4': 'value_is_invalid invoiced_fee fee_not_found',
  '§5':
    'customer_not_found no_active_subscription charge_not_found full_usage_not_allowed lifetime_usage_not_found ' +
    'subscription_not_found value_is_not_valid_number does_not_match_an_instant_charge',
  '§6': 'missing_amount_cents duplicated_values multiple_recurring_thresholds value_is_out_of_range',
  '§7':
    'invalid_type too_many_thresholds duplicate_threshold_values recurring_value_is_negative ' +
    'value_must_be_blank alert_already_exists value_already_exist billable_metric_not_found',
  '§10':
    'value_is_duplicated value_already_exist invalid_format value_not_in_select_options value_is_invalid ' +
    'feature_not_found privilege_not_found tax_not_found',
}
/** Refusals of features that Weir always has: nobody meets them over the API. */
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
    if (from === undefined) throw new Error(`no rows: ${list}`)
    const last = Number(to ?? from)
    return Array.from({ length: last - Number(from) + 1 }, (_, k) => Number(from) + k)
  })
}

const files = ['src', 'test']
  .flatMap((folder) => testFiles(path.join(ROOT, folder)))
  .map((full) => ({ file: path.relative(ROOT, full), text: readFileSync(full, 'utf8') }))
  .filter(({ file, text }) => text.includes('§9 row') && file !== 'test/spec-rows.test.ts')

describe('the rows of metering-and-rating §9', () => {
  it('each have a test by their number', () => {
    const tested = files.flatMap(({ text }) =>
      [...text.matchAll(IS_BY_TABLE.test(text) ? TABLE_NAME : TEST_NAME)].flatMap((match) =>
        numbersOf(match[1] ?? ''),
      ),
    )
    const all = Array.from({ length: ROWS }, (_, k) => k + 1)
    const known = new Set(tested)
    expect(all.filter((row) => !known.has(row))).toEqual([])
    expect([...known].filter((row) => row < 1 || row > ROWS)).toEqual([])
  })

  it('are all run', () => {
    const left = files.filter(({ text }) => /\b(?:it|describe|test)\.(?:skip|todo|only|fails)\b/.test(text))
    expect(left.map(({ file }) => file)).toEqual([])
  })
})

describe('the refusals of the specification', () => {
  const asked = testFiles(path.join(ROOT, 'test/integration/validation')).map((full) =>
    readFileSync(full, 'utf8'),
  )

  it.each(Object.entries(REFUSALS))('of %s are each asked for', (_section, codes) => {
    const missing = codes
      .split(' ')
      .filter((code) => !asked.some((text) => new RegExp(`\\b${code}\\b`).test(text)))
    expect(missing).toEqual([])
  })

  it.each(Object.entries(NEVER_MET))('in %s are named', (file, codes) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8')
    for (const code of codes.split(' ')) expect(text).toMatch(new RegExp(`it\\('§.*\\b${code}\\b`))
  })
})
