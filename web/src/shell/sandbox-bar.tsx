import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useId, useState } from 'react'
import { type ApiProblem, send } from '../api/client.ts'
import { useList, useOne } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import type { Subscription, TestClock } from '../api/types.ts'
import { formatTime } from '../format/dates.ts'
import { Button } from '../parts/button.tsx'
import { Dialog, ProblemLine } from '../parts/dialog.tsx'
import { Icon } from '../parts/icon.tsx'
import { Menu } from '../parts/menu.tsx'
import { Status } from '../parts/status.tsx'
import { RanList } from './ran-list.tsx'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type Move = { readonly from: string; readonly to: string }

/** The clock of a sandbox: what time it is there, and ways forward. */
export function SandboxBar(): ReactElement {
  const { data: clock } = useOne<TestClock>('/test_clock', 'test_clock', { every: 15_000 })
  const client = useQueryClient()
  const may = useMay()
  const [isAsking, setAsking] = useState(false)
  const [last, setLast] = useState<Move | null>(null)
  const periodEnd = useNextPeriodEnd()
  const move = useMutation<unknown, ApiProblem, Move>({
    mutationFn: ({ to }) => send('PUT', '/api/v1/test_clock', { test_clock: { now: to } }),
    onMutate: (asked) => setLast(asked),
    onSettled: () => client.invalidateQueries(),
  })
  const now = clock?.now
  const advance = (to: string) => now && move.mutate({ from: now, to })
  const by = (ms: number) => now && advance(new Date(Date.parse(now) + ms).toISOString())
  const status = move.isPending ? 'advancing' : (clock?.status ?? 'ready')
  return (
    <section className="sandbox-bar" aria-label="Sandbox">
      <span className="sandbox-mark">
        <Icon name="clock" /> <span className="sandbox-mark-word">Sandbox</span>
      </span>
      <span className="grow clip">{now ? formatTime(now) : '…'}</span>
      <Status status={status} />
      {may('organization:update') && (
        <Menu
          label="Advance the clock"
          items={[
            { label: '+1 hour', onSelect: () => by(HOUR_MS) },
            { label: '+1 day', onSelect: () => by(DAY_MS) },
            {
              label: 'To the next end of a billing period',
              refusal: periodEnd === null ? 'No subscription is active.' : undefined,
              onSelect: () => periodEnd && advance(new Date(Date.parse(periodEnd) + 1000).toISOString()),
            },
            { label: 'To a date…', onSelect: () => setAsking(true) },
          ]}
        >
          <span>Advance</span>
          <Icon name="down" size={14} />
        </Menu>
      )}
      {isAsking && now && <ToDate now={now} onClose={() => setAsking(false)} onPick={advance} />}
      {last && (
        <Dialog
          title={move.isPending ? 'Time is moving' : 'What happened'}
          isOpen
          isWide
          onClose={() => {
            setLast(null)
            move.reset()
          }}
        >
          <RanList from={last.from} to={last.to} isRunning={move.isPending} />
          {move.error && <ProblemLine problem={move.error} />}
          {clock?.error && <p className="notice notice-danger">{clock.error}</p>}
        </Dialog>
      )}
    </section>
  )
}

/** When the next billing period ends, of all active subscriptions; null when there is none. */
function useNextPeriodEnd(): string | null {
  const may = useMay()
  const enabled = may('organization:update') && may('subscriptions:view')
  const { data } = useList<Subscription>('/subscriptions', 'subscriptions', { per_page: 200 }, { enabled })
  const ends = (data?.rows ?? []).flatMap((each) => each.current_billing_period_ending_at ?? [])
  return ends.sort()[0] ?? null
}

function ToDate(props: {
  readonly now: string
  readonly onClose: () => void
  readonly onPick: (to: string) => void
}): ReactElement {
  const [day, setDay] = useState(props.now.slice(0, 10))
  const id = useId()
  const to = `${day}T00:00:00.000Z`
  const isBack = !(Date.parse(to) > Date.parse(props.now))
  const pick = () => {
    props.onPick(to)
    props.onClose()
  }
  return (
    <Dialog
      title="Advance to a date"
      isOpen
      onClose={props.onClose}
      actions={
        <>
          <span className="grow" />
          <Button onClick={props.onClose}>Cancel</Button>
          <Button kind="primary" onClick={pick} disabled={isBack}>
            Advance
          </Button>
        </>
      }
    >
      <div className="field">
        <label htmlFor={id}>Date (start of the day, UTC)</label>
        <input
          id={id}
          className="input"
          type="date"
          min={props.now.slice(0, 10)}
          value={day}
          aria-describedby={`${id}-help`}
          onChange={(event) => setDay(event.target.value)}
        />
        <p id={`${id}-help`} className="help">
          Everything that falls due on the way is done at its own time. The clock cannot go backwards, because
          bills that exist cannot be unmade.
        </p>
      </div>
    </Dialog>
  )
}
