import { type ReactElement, useEffect, useState } from 'react'
import { OWN_API, useRead } from '../api/queries.ts'
import { useMay, useOrganization } from '../api/session.ts'

/** Fewer are made before anybody could read about them. */
const SHOWN_FROM = 10
const [OFTEN_MS, SELDOM_MS] = [3000, 30_000]

type Run = { readonly bills_left_count: number }

/** How far a billing run is, while there is one. In a sandbox the move of its clock tells it. */
export function BillingRun(): ReactElement | null {
  const { is_sandbox } = useOrganization()
  const may = useMay()
  const [most, setMost] = useState(0)
  const { data } = useRead<{ billing_run: Run }>(
    `${OWN_API}/billing_run`,
    {},
    { enabled: !is_sandbox && may('invoices:view'), every: most > 0 ? OFTEN_MS : SELDOM_MS },
  )
  const left = data?.billing_run.bills_left_count ?? 0
  useEffect(() => {
    setMost((before) => (left < SHOWN_FROM ? 0 : Math.max(before, left)))
  }, [left])
  if (left < SHOWN_FROM) return null
  return (
    <span className="billing-run">
      <progress
        className="task-progress"
        aria-label="Billing run"
        max={Math.max(most, left)}
        value={most - left}
      />
      {left.toLocaleString()} bills left
    </span>
  )
}
