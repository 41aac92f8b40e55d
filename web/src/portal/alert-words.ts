import type { OwnAlert } from '../api/types.ts'
import { formatCents } from '../format/money.ts'
import type { Say } from './language.ts'

const nameOf = (say: Say, { name }: OwnAlert): string => name || say('wallets')

/** What an alert is on. */
export const alertTitle = (say: Say, alert: OwnAlert): string =>
  say(alert.wallet_id === null ? 'usageOf' : 'balanceOf', { name: nameOf(say, alert) })

/** When it is raised. */
export const reachedWhen = (say: Say, alert: OwnAlert): string =>
  say(alert.wallet_id === null ? 'usageReaches' : 'balanceFalls', {
    amount: formatCents(alert.amount_cents, alert.currency),
  })

/** What has happened. */
export const reachedNews = (say: Say, alert: OwnAlert): string =>
  say(alert.wallet_id === null ? 'usageReached' : 'balanceFell', {
    name: nameOf(say, alert),
    amount: formatCents(alert.amount_cents, alert.currency),
  })
