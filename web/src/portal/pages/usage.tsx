import { type ReactElement, useState } from 'react'
import type { OwnSubscription, OwnUsage, OwnUsageDays } from '../../api/types.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatCents, formatPrice, formatRate, formatUnits } from '../../format/money.ts'
import { useRead } from '../api.ts'
import { useSay } from '../language.ts'
import { Button, Card, type Column, Loaded, Page, type Paged, Pages, Table } from '../parts.tsx'
import { go } from '../route.tsx'
import { useSession, useShows } from '../session.ts'
import { spansOfDays, spansOfPeriods, UsageBars } from '../usage-bars.tsx'
import { saveUsage } from '../usage-file.ts'

type Charge = OwnUsage['charges'][number]

/** What a subscription has used in the present period, and in those before. */
export function Usage({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const read = useRead<{ subscriptions: readonly OwnSubscription[] }>('/overview')
  return (
    <Page title={say('usage')}>
      <Loaded read={read}>
        {({ subscriptions }) => {
          const active = subscriptions.filter(({ status }) => status === 'active')
          const chosen = active.find((each) => each.id === id) ?? active[0]
          if (!chosen) return <p className="muted">{say('noSubscriptions')}</p>
          return (
            <div className="stack-wide">
              {active.length > 1 && <Choice all={active} chosen={chosen.id} />}
              <Current id={chosen.id} name={chosen.name} />
              <Past key={chosen.id} id={chosen.id} />
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

function Choice(props: { readonly all: readonly OwnSubscription[]; readonly chosen: string }): ReactElement {
  const say = useSay()
  return (
    <div className="field portal-choice">
      <label htmlFor="subscription">{say('subscriptions')}</label>
      <select
        id="subscription"
        className="input"
        value={props.chosen}
        onChange={(event) => go(`usage/${event.target.value}`)}
      >
        {props.all.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  )
}

function Current({ id, name }: { readonly id: string; readonly name: string }): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const read = useRead<{ usage: OwnUsage }>(`/subscriptions/${id}/usage`)
  return (
    <Loaded read={read}>
      {({ usage }) => (
        <>
          <Card
            title={name}
            aside={<span className="muted">{formatPeriod(usage.from, usage.to, customer.timezone)}</span>}
          >
            <UsageTable usage={usage} isCurrent />
            <SaveButton usage={usage} />
          </Card>
          <Days id={id} />
          {usage.charges
            .filter(({ tiers }) => (tiers?.length ?? 0) > 0)
            .map((charge, n) => (
              <Card key={n} title={say('pricesOf', { name: charge.name })}>
                <Tiers charge={charge} currency={usage.currency} />
              </Card>
            ))}
        </>
      )}
    </Loaded>
  )
}

type Line = {
  readonly key: string
  readonly name: string
  readonly isPart: boolean
  readonly charge: Pick<Charge, 'units' | 'amount_cents' | 'projected_units' | 'projected_amount_cents'>
}

function linesOf(usage: OwnUsage): Line[] {
  return usage.charges.flatMap((charge, n) => [
    { key: `${n}`, name: charge.name, isPart: false, charge },
    ...charge.parts.map((part, m) => ({
      key: `${n} ${m}`,
      name: part.name || '—',
      isPart: true,
      charge: part,
    })),
  ])
}

function UsageTable(props: { readonly usage: OwnUsage; readonly isCurrent?: boolean }): ReactElement {
  const say = useSay()
  const shows = useShows()
  const { usage, isCurrent } = props
  const money = (cents: number | undefined) => (cents === undefined ? '' : formatCents(cents, usage.currency))
  if (usage.charges.length === 0) return <p className="muted">{say('noUsage')}</p>
  const columns: Column<Line>[] = [
    {
      head: say('item'),
      cell: ({ name, isPart }) => <span className={isPart ? 'portal-part' : undefined}>{name}</span>,
    },
    { head: say('units'), isNumber: true, cell: ({ charge }) => formatUnits(charge.units) },
  ]
  if (shows('amounts')) {
    columns.push({ head: say('amount'), isNumber: true, cell: ({ charge }) => money(charge.amount_cents) })
  }
  if (isCurrent) {
    columns.push({
      head: say('expected'),
      isNumber: true,
      cell: ({ charge, isPart }) => {
        if (isPart) return ''
        const cents = charge.projected_amount_cents
        return cents === undefined ? formatUnits(charge.projected_units) : money(cents)
      },
    })
  }
  return (
    <>
      <Table caption={say('usage')} columns={columns} rows={linesOf(usage)} keyOf={({ key }) => key} />
      {usage.amount_cents !== undefined && (
        <p className="line-between portal-sum">
          <span>
            {say('total')} <span className="caption">{say('withoutTax')}</span>
          </span>
          <strong>{money(usage.amount_cents)}</strong>
        </p>
      )}
    </>
  )
}

function SaveButton({ usage }: { readonly usage: OwnUsage }): ReactElement | null {
  const say = useSay()
  const { customer } = useSession()
  if (usage.charges.length === 0) return null
  const heads = [say('item'), say('units'), say('amount')] as const
  return (
    <div className="line">
      <Button onClick={() => saveUsage(usage, heads, customer.timezone)}>{say('saveCsv')}</Button>
    </div>
  )
}

/** The units of each day; nothing for a period of one day. */
function Days({ id }: { readonly id: string }): ReactElement | null {
  const say = useSay()
  const { data } = useRead<{ usage_days: readonly OwnUsageDays[] }>(`/subscriptions/${id}/usage_days`)
  const spans = spansOfDays(data?.usage_days ?? [])
  if (spans.length < 2) return null
  return (
    <Card title={say('byDay')}>
      <UsageBars caption="unitsByDay" spans={spans} />
    </Card>
  )
}

function Tiers({ charge, currency }: { readonly charge: Charge; readonly currency: string }): ReactElement {
  const say = useSay()
  const shows = useShows()
  const tiers = charge.tiers ?? []
  type Tier = (typeof tiers)[number]
  const columns: Column<Tier>[] = [
    { head: say('from'), cell: ({ from }) => formatUnits(from) },
    { head: say('to'), cell: ({ to }) => (to === null ? '∞' : formatUnits(to)) },
  ]
  if (shows('amounts')) {
    columns.push(
      {
        head: say('perUnit'),
        isNumber: true,
        cell: (tier) => (tier.rate ? formatRate(tier.rate) : formatPrice(tier.per_unit_amount, currency)),
      },
      { head: say('flatFee'), isNumber: true, cell: (tier) => formatPrice(tier.flat_amount, currency) },
    )
  }
  const current = tiers.find(({ is_current }) => is_current)
  return (
    <>
      {charge.left_in_tier && current?.to && (
        <div className="portal-tier">
          <p>{say('leftInTier', { units: formatUnits(charge.left_in_tier) })}</p>
          <meter min={0} max={Number(current.to)} value={Number(charge.units)} aria-label={charge.name} />
        </div>
      )}
      <Table
        caption={say('pricesOf', { name: charge.name })}
        columns={columns}
        rows={tiers}
        keyOf={({ from }) => from}
      />
    </>
  )
}

function Past({ id }: { readonly id: string }): ReactElement {
  const say = useSay()
  const { customer } = useSession()
  const [page, setPage] = useState(1)
  type Answer = Paged & { readonly periods: readonly OwnUsage[] }
  const read = useRead<Answer>(`/subscriptions/${id}/past_usage?page=${page}&per_page=6`)
  return (
    <Card title={say('pastPeriods')}>
      <Loaded read={read}>
        {({ periods, meta }) => (
          <div className="stack">
            {periods.length === 0 && <p className="muted">{say('noPast')}</p>}
            <UsageBars
              caption="unitsByPeriod"
              spans={spansOfPeriods([...periods].reverse(), customer.timezone)}
            />
            {periods.map((usage) => (
              <details key={usage.from} className="portal-past">
                <summary>
                  <span>{formatPeriod(usage.from, usage.to, customer.timezone)}</span>
                  {usage.amount_cents !== undefined && (
                    <span className="number">{formatCents(usage.amount_cents, usage.currency)}</span>
                  )}
                </summary>
                <UsageTable usage={usage} />
                <SaveButton usage={usage} />
              </details>
            ))}
            <Pages meta={meta} onPage={setPage} />
          </div>
        )}
      </Loaded>
    </Card>
  )
}
