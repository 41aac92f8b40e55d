import type { ReactElement } from 'react'
import { type NameOf, useNames } from '../../api/names.ts'
import { useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, Subscription } from '../../api/types.ts'
import { formatCents } from '../../format/money.ts'
import { Table } from '../../parts/list.tsx'
import { Card, None } from '../../parts/page.tsx'
import { Tag } from '../../parts/status.tsx'
import { chargeName, chargeWords, namedIn } from '../plans/charge-words.ts'
import { INTERVALS } from '../plans/plan-list.tsx'

/** One price of the subscription, and what the plan says when that is something else. */
type Price = {
  readonly key: string
  readonly name: string
  readonly words: readonly string[]
  /** Null when the subscription has the price of the plan. */
  readonly ofPlan: readonly string[] | null
}

/** What the subscription pays, with its own prices marked. */
export function PricingTab({ subscription }: { readonly subscription: Subscription }): ReactElement {
  const may = useMay()
  const isOwn = subscription.plan.parent_id !== null
  const nameOf = useNames(namedIn(subscription.plan))
  const path = `/plans/${encodeURIComponent(subscription.plan_code)}`
  const { data: parent } = useOne<Plan>(path, 'plan', { enabled: isOwn && may('plans:view') })
  return (
    <Card title="What it pays" isFlush>
      <Table
        label="Prices of the subscription"
        isStacked
        rows={pricesOf(subscription, parent, nameOf)}
        keyOf={({ key }) => key}
        columns={[
          {
            title: 'For',
            cell: ({ name, ofPlan }) => (
              <>
                {name} {ofPlan && <Tag>Overridden</Tag>}
              </>
            ),
          },
          { title: 'Price', cell: ({ words }) => <Lines lines={words} /> },
          { title: 'The plan says', cell: ({ ofPlan }) => (ofPlan ? <Lines lines={ofPlan} /> : <None />) },
        ]}
      />
    </Card>
  )
}

const Lines = ({ lines }: { readonly lines: readonly string[] }): ReactElement => (
  <>
    {lines.map((line) => (
      <div key={line}>{line}</div>
    ))}
  </>
)

function pricesOf({ plan }: Subscription, parent: Plan | undefined, nameOf: NameOf): readonly Price[] {
  const { amount_currency: currency } = plan
  const base = (cents: number) => `${formatCents(cents, currency)} per ${INTERVALS[plan.interval]}`
  const isOwnBase = parent !== undefined && parent.amount_cents !== plan.amount_cents
  return [
    {
      key: 'base',
      name: 'Base price',
      words: [base(plan.amount_cents)],
      ofPlan: isOwnBase ? [base(parent.amount_cents)] : null,
    },
    ...plan.charges.map((charge) => {
      const original = parent?.charges.find(({ lago_id }) => lago_id === charge.lago_parent_id)
      const words = chargeWords(charge, currency)
      const ofPlan = original ? chargeWords(original, currency) : words
      return {
        key: charge.lago_id,
        name: chargeName(charge, nameOf),
        words,
        ofPlan: ofPlan.join() === words.join() ? null : ofPlan,
      }
    }),
  ]
}
