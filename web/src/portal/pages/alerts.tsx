import { type FormEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react'
import type { ApiProblem } from '../../api/client.ts'
import type { OwnAlert, OwnSubscription, OwnWallet } from '../../api/types.ts'
import { formatDate } from '../../format/dates.ts'
import { formatCents, toMajor, toMinor } from '../../format/money.ts'
import { exampleNumber, readDecimal, shownValue } from '../../format/typed-number.ts'
import { alertTitle, reachedWhen } from '../alert-words.ts'
import { useRead, useWrite } from '../api.ts'
import { type Say, useSay } from '../language.ts'
import { Button, Card, Loaded, Page, ProblemLine, Status } from '../parts.tsx'
import { useSession, useShows } from '../session.ts'

/** What an alert can be on. */
type Subject = {
  readonly key: string
  readonly label: string
  readonly currency: string
  readonly body: { readonly subscription_id: string } | { readonly wallet_id: string }
}

/** The alerts of the customer, and the form for one more. */
export function Alerts(): ReactElement {
  const say = useSay()
  const { is_view_only, is_mailed } = useSession()
  const read = useRead<{ alerts: readonly OwnAlert[] }>('/alerts?per_page=100')
  return (
    <Page title={say('alerts')}>
      <p className="muted">{say(is_mailed ? 'alertsMailed' : 'alertsShown')}</p>
      {!is_view_only && <Subjects>{(subjects) => <NewAlert subjects={subjects} />}</Subjects>}
      <Card>
        <Loaded read={read}>
          {({ alerts }) =>
            alerts.length === 0 ? (
              <p className="muted">{say('noAlerts')}</p>
            ) : (
              <ul className="portal-list">
                {alerts.map((alert) => (
                  <One key={alert.id} alert={alert} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
    </Page>
  )
}

/** Reads what the customer has that an alert can be on, as far as the portal shows its amounts. */
function Subjects(props: { readonly children: (subjects: readonly Subject[]) => ReactNode }): ReactElement {
  const say = useSay()
  const shows = useShows()
  const hasUsage = shows('usage') && shows('amounts')
  type Overview = { readonly subscriptions: readonly OwnSubscription[] }
  const overview = useRead<Overview>(hasUsage ? '/overview' : null)
  const wallets = useRead<{ wallets: readonly OwnWallet[] }>(
    shows('wallets') ? '/wallets?per_page=100' : null,
  )
  const ofUsage = (overview.data?.subscriptions ?? []).map(
    ({ id, name, usage_currency: currency }): Subject => ({
      key: id,
      label: say('usageOf', { name }),
      currency,
      body: { subscription_id: id },
    }),
  )
  const ofWallets = (wallets.data?.wallets ?? [])
    .filter(({ status }) => status === 'active')
    .map(({ id, name, currency }): Subject => {
      const label = say('balanceOf', { name: name || say('wallets') })
      return { key: id, label, currency, body: { wallet_id: id } }
    })
  const subjects = [...ofUsage, ...ofWallets]
  const isRead = (!hasUsage || overview.data) && (!shows('wallets') || wallets.data)
  if (!isRead) return <p className="muted">{say('loading')}</p>
  if (subjects.length === 0) return <p className="muted">{say('nothingToWatch')}</p>
  return <>{props.children(subjects)}</>
}

/** A typed amount in cents; a text in its place says why it is none. */
function readAmount(say: Say, typed: string, currency: string): number | string {
  const text = readDecimal(typed)
  if (text === undefined) return say('notANumber', { example: exampleNumber() })
  if (text === '') return say('missing')
  return toMinor(text, currency) ?? say('wrongValue')
}

function refusalOf(say: Say, problem: ApiProblem): string | null {
  if (problem.details.base?.includes('too_many_alerts')) return say('alertsMany')
  const [code] = problem.details.amount_cents ?? []
  if (code === undefined) return null
  return say(code === 'value_already_exist' ? 'alertTwin' : 'wrongValue')
}

/** A field for an amount, with what is wrong with it. */
function AmountField(props: {
  readonly id: string
  readonly currency: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly wrong: string | null
  readonly field: React.RefObject<HTMLInputElement | null>
}): ReactElement {
  const say = useSay()
  const { id, wrong } = props
  return (
    <div className="field">
      <label htmlFor={id}>
        {say('amount')} ({props.currency})
      </label>
      <input
        id={id}
        ref={props.field}
        className="input"
        inputMode="decimal"
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        aria-invalid={wrong !== null}
        aria-describedby={wrong === null ? undefined : `${id}-wrong`}
      />
      {wrong !== null && (
        <p id={`${id}-wrong`} className="field-error" role="alert">
          {wrong}
        </p>
      )}
    </div>
  )
}

function NewAlert({ subjects }: { readonly subjects: readonly Subject[] }): ReactElement {
  const say = useSay()
  const { run, isBusy, problem } = useWrite()
  const [chosen, setChosen] = useState('')
  const [typed, setTyped] = useState('')
  const [unread, setUnread] = useState<string | null>(null)
  const [isDone, setDone] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const subject = subjects.find(({ key }) => key === chosen) ?? subjects[0]
  if (!subject) throw new Error('there is nothing that an alert can be on')
  const add = async (event: FormEvent) => {
    event.preventDefault()
    setDone(false)
    const amount = readAmount(say, typed, subject.currency)
    setUnread(typeof amount === 'string' ? amount : null)
    if (typeof amount === 'string') return field.current?.focus()
    const alert = { ...subject.body, amount_cents: amount }
    if ((await run('POST', '/alerts', { alert })) === undefined) return field.current?.focus()
    setTyped('')
    setDone(true)
  }
  const wrong = unread ?? (problem && refusalOf(say, problem))
  return (
    <Card title={say('addAlert')}>
      <form className="portal-alert-form" onSubmit={(event) => void add(event)} noValidate>
        <div className="field">
          <label htmlFor="alert-on">{say('watch')}</label>
          <select
            id="alert-on"
            className="input"
            value={subject.key}
            onChange={(event) => setChosen(event.target.value)}
          >
            {subjects.map(({ key, label }) => (
              <option key={key} value={key}>
                {label}
              </option>
            ))}
          </select>
        </div>
        <AmountField
          id="alert-amount"
          currency={subject.currency}
          value={typed}
          onChange={setTyped}
          wrong={wrong}
          field={field}
        />
        <div>
          <Button type="submit" kind="primary" isBusy={isBusy}>
            {say('addAlert')}
          </Button>
        </div>
      </form>
      {problem && wrong === null && <ProblemLine problem={problem} />}
      <p role="status" className="portal-good">
        {isDone && say('alertAdded')}
      </p>
    </Card>
  )
}

function One({ alert }: { readonly alert: OwnAlert }): ReactElement {
  const say = useSay()
  const { customer, is_view_only } = useSession()
  const { run, isBusy, problem } = useWrite()
  const [open, setOpen] = useState<'change' | 'remove' | null>(null)
  const name = `${alertTitle(say, alert)}, ${formatCents(alert.amount_cents, alert.currency)}`
  const facts = [
    ...(alert.present_cents === null
      ? []
      : [say('presently', { amount: formatCents(alert.present_cents, alert.currency) })]),
    ...(alert.raised_at === null
      ? []
      : [say('lastRaised', { date: formatDate(alert.raised_at, customer.timezone) })]),
  ]
  const remove = async () => {
    setOpen(null)
    await run('DELETE', `/alerts/${alert.id}`)
  }
  return (
    <li className="line-between portal-alert">
      <div className="stack-tight">
        <h2 className="portal-method">{alertTitle(say, alert)}</h2>
        <p className="line">
          {reachedWhen(say, alert)}
          {alert.is_reached && <Status tone="warning">{say('reached')}</Status>}
        </p>
        {facts.length > 0 && <p className="muted">{facts.join(' · ')}</p>}
        {problem && <ProblemLine problem={problem} />}
      </div>
      {!is_view_only && (
        <div className="line">
          <Button aria-label={`${say('change')}: ${name}`} onClick={() => setOpen('change')}>
            {say('change')}
          </Button>
          <Button isBusy={isBusy} aria-label={`${say('remove')}: ${name}`} onClick={() => setOpen('remove')}>
            {say('remove')}
          </Button>
        </div>
      )}
      {open === 'change' && <Change alert={alert} onClose={() => setOpen(null)} />}
      {open === 'remove' && (
        <Dialog title={say('removeAsk', { name })} onClose={() => setOpen(null)}>
          {(close) => (
            <div className="line">
              <Button autoFocus onClick={close}>
                {say('cancel')}
              </Button>
              <Button kind="danger" onClick={() => void remove()}>
                {say('remove')}
              </Button>
            </div>
          )}
        </Dialog>
      )}
    </li>
  )
}

function Change(props: { readonly alert: OwnAlert; readonly onClose: () => void }): ReactElement {
  const say = useSay()
  const { alert } = props
  const { run, isBusy, problem } = useWrite()
  const [typed, setTyped] = useState(shownValue(toMajor(alert.amount_cents, alert.currency)))
  const [unread, setUnread] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const save = async (event: FormEvent, close: () => void) => {
    event.preventDefault()
    const amount_cents = readAmount(say, typed, alert.currency)
    setUnread(typeof amount_cents === 'string' ? amount_cents : null)
    if (typeof amount_cents === 'string') return field.current?.focus()
    const done = await run('PUT', `/alerts/${alert.id}`, { alert: { amount_cents } })
    if (done === undefined) field.current?.focus()
    else close()
  }
  const wrong = unread ?? (problem && refusalOf(say, problem))
  return (
    <Dialog title={alertTitle(say, alert)} onClose={props.onClose}>
      {(close) => (
        <form className="stack" onSubmit={(event) => void save(event, close)} noValidate>
          <AmountField
            id={`amount-${alert.id}`}
            currency={alert.currency}
            value={typed}
            onChange={setTyped}
            wrong={wrong}
            field={field}
          />
          {problem && wrong === null && <ProblemLine problem={problem} />}
          <div className="line">
            <Button onClick={close}>{say('cancel')}</Button>
            <Button type="submit" kind="primary" isBusy={isBusy}>
              {say('save')}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

/** Asks for something over the page; the browser keeps the focus inside and closes on Escape. */
function Dialog(props: {
  readonly title: string
  readonly onClose: () => void
  readonly children: (close: () => void) => ReactNode
}): ReactElement {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!ref.current?.open) ref.current?.showModal()
  }, [])
  return (
    <dialog ref={ref} className="portal-dialog" aria-labelledby="alert-dialog" onClose={props.onClose}>
      <div className="stack">
        <h2 id="alert-dialog">{props.title}</h2>
        {props.children(() => ref.current?.close())}
      </div>
    </dialog>
  )
}
