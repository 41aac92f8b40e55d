import { isCurrency } from '../amounts/currency.ts'
import { areEmails, tidyEmails } from '../customers/email.ts'
import { readCents } from '../input/cents.ts'
import { Fields, given, type Input, isInput } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import type { DunningThreshold } from './steps.ts'

const CODE_LENGTH_MAX = 255

/** The settings of a campaign. */
export type DunningSettings = {
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly daysBetweenAttempts: number
  readonly maxAttempts: number
  readonly bccEmails: readonly string[]
  /** One for each currency that the campaign asks for. */
  readonly thresholds: readonly DunningThreshold[]
}

/** Reads a new campaign; 422 for what is missing or invalid. */
export function readNewCampaign(input: Input): Outcome<DunningSettings> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.mandatoryId('code', CODE_LENGTH_MAX)
  const name = fields.mandatoryText('name')
  for (const key of ['days_between_attempts', 'max_attempts', 'thresholds']) {
    if (fields.isBlank(key)) fields.refuse(key, 'value_is_mandatory')
  }
  const others = readOthers(fields, input, problems)
  return problems.outcome({
    code: code ?? '',
    name: name ?? '',
    description: others.description ?? null,
    daysBetweenAttempts: others.daysBetweenAttempts ?? 1,
    maxAttempts: others.maxAttempts ?? 1,
    bccEmails: others.bccEmails ?? [],
    thresholds: others.thresholds ?? [],
  })
}

/** Reads what changes of a campaign; thresholds replace all earlier ones. 422 like `readNewCampaign`. */
export function readCampaignChange(input: Input): Outcome<Partial<DunningSettings>> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const change = {
    code: fields.presentId('code', CODE_LENGTH_MAX),
    name: fields.presentText('name'),
    ...readOthers(fields, input, problems),
  }
  return problems.outcome(given(change))
}

type Others = {
  readonly [K in Exclude<keyof DunningSettings, 'code' | 'name'>]: DunningSettings[K] | undefined
}

function readOthers(fields: Fields, input: Input, problems: Problems): Others {
  return {
    description: fields.text('description'),
    daysBetweenAttempts: fields.integer('days_between_attempts', 1) ?? undefined,
    maxAttempts: fields.integer('max_attempts', 1) ?? undefined,
    bccEmails: readEmails(fields),
    thresholds: readThresholds(input, problems),
  }
}

function readEmails(fields: Fields): readonly string[] | undefined {
  const emails = fields.texts('bcc_emails', 'must_be_an_array')?.map(tidyEmails)
  return emails?.every((email) => areEmails(email) && !email.includes(','))
    ? emails
    : emails && fields.refuse('bcc_emails', 'invalid_email_format')
}

function readThresholds(input: Input, problems: Problems): readonly DunningThreshold[] | undefined {
  const { thresholds } = input
  if (thresholds === undefined || thresholds === null) return undefined
  if (!Array.isArray(thresholds)) return refuse(problems, 'must_be_an_array')
  // There are not as many currencies, so the rest of a longer list can only repeat.
  if (thresholds.length > THRESHOLDS_MAX) return refuse(problems, 'invalid_count')
  const read = thresholds.flatMap((each: unknown) => readThreshold(each) ?? [])
  if (read.length < thresholds.length || read.length === 0) return refuse(problems, 'value_is_invalid')
  const currencies = new Set(read.map(({ currency }) => currency))
  return currencies.size < read.length ? refuse(problems, 'value_is_duplicated') : read
}

const THRESHOLDS_MAX = 200

function readThreshold(raw: unknown): DunningThreshold | undefined {
  if (!isInput(raw)) return undefined
  const problems = new Problems()
  const amountCents = readCents(new Fields(raw, problems), 'amount_cents', 0n)
  const currency = typeof raw.currency === 'string' ? raw.currency.toUpperCase() : ''
  if (amountCents === undefined || amountCents === null || !isCurrency(currency)) return undefined
  return { currency, amountCents }
}

function refuse(
  problems: Problems,
  code: 'must_be_an_array' | 'invalid_count' | 'value_is_invalid' | 'value_is_duplicated',
): undefined {
  problems.add('thresholds', code)
  return undefined
}
