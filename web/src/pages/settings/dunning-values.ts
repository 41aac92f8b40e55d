import { OWN_API } from '../../api/queries.ts'
import { toMajor, toMinor } from '../../format/money.ts'

export const CAMPAIGNS = `${OWN_API}/dunning_campaigns`
/** The path of a campaign in the API. */
export const campaignPath = (code: string): string => `${CAMPAIGNS}/${encodeURIComponent(code)}`

export type DunningCampaign = {
  readonly lago_id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly days_between_attempts: number
  readonly max_attempts: number
  readonly bcc_emails: readonly string[]
  readonly thresholds: readonly { readonly amount_cents: number; readonly currency: string }[]
}

export type DunningValues = {
  name: string
  previousName: string
  code: string
  description: string
  max_attempts: string
  days_between_attempts: string
  bcc_emails: readonly string[]
  thresholds: readonly { readonly currency: string; readonly amount: string }[]
}

/** The values of an empty form, with a threshold in the organization's currency. */
export const newCampaign = (currency: string): DunningValues => ({
  name: '',
  previousName: '',
  code: '',
  description: '',
  max_attempts: '3',
  days_between_attempts: '7',
  bcc_emails: [],
  thresholds: [{ currency, amount: '' }],
})

/** A stored campaign as the form shows it. */
export const valuesOfCampaign = (campaign: DunningCampaign): DunningValues => ({
  name: campaign.name,
  previousName: campaign.name,
  code: campaign.code,
  description: campaign.description ?? '',
  max_attempts: String(campaign.max_attempts),
  days_between_attempts: String(campaign.days_between_attempts),
  bcc_emails: campaign.bcc_emails,
  thresholds: campaign.thresholds.map(({ amount_cents, currency }) => ({
    currency,
    amount: toMajor(amount_cents, currency),
  })),
})

/** The request body of what is typed. */
export const campaignBody = (values: DunningValues) => ({
  name: values.name.trim(),
  code: values.code.trim(),
  description: values.description || null,
  max_attempts: Number(values.max_attempts),
  days_between_attempts: Number(values.days_between_attempts),
  bcc_emails: values.bcc_emails,
  thresholds: values.thresholds.map(({ currency, amount }) => ({
    currency,
    amount_cents: toMinor(amount, currency),
  })),
})

const isCount = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text)

/** What is wrong with a campaign, by field. */
export function checkCampaign(values: DunningValues): Record<string, string | undefined> {
  const currencies = values.thresholds.map(({ currency }) => currency)
  const hasWrongAmount = values.thresholds.some(({ amount, currency }) => !toMinor(amount, currency))
  return {
    name: values.name.trim() === '' ? 'Give the campaign a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the campaign a code.' : undefined,
    max_attempts: isCount(values.max_attempts) ? undefined : 'Enter a whole number above zero.',
    days_between_attempts: isCount(values.days_between_attempts)
      ? undefined
      : 'Enter a whole number above zero.',
    thresholds:
      currencies.length === 0
        ? 'Add at least one threshold.'
        : hasWrongAmount
          ? 'Enter amounts above zero.'
          : new Set(currencies).size < currencies.length
            ? 'Enter one threshold for each currency.'
            : undefined,
  }
}

/** The days on which a customer is asked, counted from the day on which the threshold is reached. */
export function attemptDays(values: DunningValues): readonly number[] {
  if (!isCount(values.max_attempts) || !isCount(values.days_between_attempts)) return []
  const shown = Math.min(Number(values.max_attempts), 12)
  return Array.from({ length: shown }, (_, n) => n * Number(values.days_between_attempts))
}
