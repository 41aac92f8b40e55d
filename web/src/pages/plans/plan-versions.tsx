import { type ReactElement, useState } from 'react'
import { OWN_API, useList, useOne, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Plan, PlanVersion } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Button } from '../../parts/button.tsx'
import { Pager, useView } from '../../parts/list.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { ChangeDialog, ChangeTable } from './change-dialog.tsx'
import { changeLine } from './change-words.ts'
import { START } from './preview-panel.tsx'
import type { UsedCharge } from './same-usage.ts'

type WholeVersion = PlanVersion & {
  readonly definition: {
    readonly charges: readonly (UsedCharge & { readonly charge_model: string })[]
  }
}

const pathOf = (plan: Plan): string => `${OWN_API}/plans/${encodeURIComponent(plan.code)}/versions`

/** What a plan was: every change of it with who made it and when, and a way back. */
export function PlanVersions({ plan }: { readonly plan: Plan }): ReactElement {
  const view = useView()
  const may = useMay()
  const [restored, setRestored] = useState<number | null>(null)
  const query = useList<PlanVersion>(pathOf(plan), 'plan_versions', { page: view.page, per_page: 20 })
  return (
    <>
      <Loaded query={query}>
        {({ rows, meta }) =>
          rows.length === 0 ? (
            <Empty icon="plan" title="No version yet">
              The next change of the plan makes one, with what the plan is now before it.
            </Empty>
          ) : (
            <>
              <ol className="versions" aria-label="Versions of the plan">
                {rows.map((version, place) => (
                  <Version
                    key={version.number}
                    version={version}
                    currency={plan.amount_currency}
                    isCurrent={place === 0 && meta.current_page === 1}
                    onRestore={may('plans:update') ? () => setRestored(version.number) : null}
                  />
                ))}
              </ol>
              <Pager view={view} meta={meta} label="versions" />
            </>
          )
        }
      </Loaded>
      {restored !== null && (
        <RestoreVersion plan={plan} number={restored} onClose={() => setRestored(null)} />
      )}
    </>
  )
}

function Version(props: {
  readonly version: PlanVersion
  readonly currency: string
  readonly isCurrent: boolean
  readonly onRestore: (() => void) | null
}): ReactElement {
  const { version, isCurrent, onRestore } = props
  const lines = version.changes.map((change) => changeLine(change, props.currency))
  return (
    <li className="card version" aria-label={`Version ${version.number}`}>
      <div className="card-head">
        <h2>Version {version.number}</h2>
        <span className="line grow">
          {isCurrent && <Tag>Current</Tag>}
          {version.restored_from !== null && <Tag>{`Restored from ${version.restored_from}`}</Tag>}
        </span>
        {!isCurrent && onRestore && (
          <Button onClick={onRestore} aria-label={`Restore version ${version.number}`}>
            Restore
          </Button>
        )}
      </div>
      <p className="muted">
        {formatTime(version.created_at)} · {whoOf(version)}
        {version.cascade_updates && ' · also for subscriptions with prices of their own'}
      </p>
      {version.number === 1 && lines.length === 0 ? (
        <p>The plan as it was first known.</p>
      ) : (
        <ChangeTable label="What changed" lines={lines} none="Only an order, or how a number is written." />
      )}
    </li>
  )
}

function whoOf(version: PlanVersion): string {
  if (version.user_email !== null) return version.user_email
  if (version.source === 'system' && version.number === 1) return 'before versions were kept'
  if (version.source === 'system') return 'a tax, a metric or an add-on that it uses was changed'
  return version.api_key_name === null ? 'an API key' : `API key ${version.api_key_name}`
}

function RestoreVersion(props: {
  readonly plan: Plan
  readonly number: number
  readonly onClose: () => void
}): ReactElement | null {
  const { plan, number, onClose } = props
  const path = `${pathOf(plan)}/${number}`
  const version = useOne<WholeVersion>(path, 'plan_version')
  const { mutate, isPending, error } = useWrite()
  const toasts = useToasts()
  if (!version.data) return null
  const { definition } = version.data
  const usage = definition.charges.flatMap((charge, place) =>
    [null, ...charge.filters.map((_, filter) => filter)].map((filter) => ({
      charge: place,
      filter,
      units: START.units,
      ...(charge.charge_model === 'percentage' ? { events_count: Number(START.events) } : {}),
      ...(charge.charge_model === 'dynamic' ? { precise_total_amount: START.total } : {}),
    })),
  )
  return (
    <ChangeDialog
      title={`Restore version ${number} of ${plan.name}`}
      verb="Restore version"
      plan={plan}
      body={definition}
      usage={usage}
      usageWords={`${START.units} units of each price`}
      writeFor={(reach) => ({
        method: 'POST',
        path: `${path}/restore`,
        body: { plan_version: { cascade_updates: reach === 'all' } },
      })}
      onSend={(write) =>
        mutate(write, {
          onSuccess: () => {
            toasts.success(`Version ${number} was restored.`)
            onClose()
          },
        })
      }
      onClose={onClose}
      isBusy={isPending}
      problem={error}
    />
  )
}
