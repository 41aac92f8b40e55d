import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useOne, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button, ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import type { MenuItem } from '../../parts/menu.tsx'
import { Card, Columns, Facts, Page } from '../../parts/page.tsx'
import { Status, Tag } from '../../parts/status.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import {
  CONNECTIONS,
  lacksSignature,
  MESSAGES_TEXT,
  settingsOf,
  signaturesOf,
  textOfWarning,
} from './connection-values.ts'
import { NextStep, Steps } from './made-secret.tsx'
import { MessageLog } from './message-log.tsx'
import { kindName, kindOf } from './provider-kinds.ts'

/** One connection, or what its provider sent. */
export function ConnectionDetail(): ReactElement {
  const { id = '', tab = 'overview' } = useParams({ strict: false }) as { id?: string; tab?: string }
  const at = useAt()
  const query = useOne<PaymentProvider>(`${CONNECTIONS}/${encodeURIComponent(id)}`, 'payment_provider', {
    every: 10_000,
  })
  return (
    <LoadedPage
      title="Connection"
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Payment providers', href: at('/settings/payment-providers') },
      ]}
      query={query}
    >
      {(connection) => <Detail connection={connection} tab={tab} />}
    </LoadedPage>
  )
}

type Opened = 'pause' | 'rotate' | 'delete' | null

function Detail(props: { readonly connection: PaymentProvider; readonly tab: string }): ReactElement {
  const { connection, tab } = props
  const [opened, setOpened] = useState<Opened>(null)
  const at = useAt()
  const may = useMay()
  const list = at('/settings/payment-providers')
  const home = `${list}/${connection.lago_id}`
  const mayUpdate = may('organization:integrations:update')
  return (
    <Page
      title={connection.name}
      crumbs={[
        { label: 'Settings', href: at('/settings') },
        { label: 'Payment providers', href: list },
      ]}
      status={<Status status={connection.state} />}
      facts={
        <>
          <Code text={connection.code} />
          <span>{kindName(connection.type)}</span>
          <Tag>{connection.mode === 'live' ? 'Live' : 'Test'}</Tag>
        </>
      }
      action={
        mayUpdate && (
          <>
            {!kindOf(connection.type)?.isTriedLater && <TestButton connection={connection} />}
            <ButtonLink href={`${home}/edit`} icon="edit">
              Edit
            </ButtonLink>
          </>
        )
      }
      menu={useConnectionMenu(connection, setOpened)}
      tabs={
        <Tabs
          label="Parts of the connection"
          tabs={[
            { href: home, label: 'Overview', isCurrent: tab === 'overview' },
            { href: `${home}/messages`, label: 'Messages', isCurrent: tab === 'messages' },
          ]}
        />
      }
    >
      {tab === 'messages' ? <MessageLog connection={connection} /> : <Overview connection={connection} />}
      <ConnectionDialogs connection={connection} opened={opened} onClose={() => setOpened(null)} />
    </Page>
  )
}

/** Asks the provider, and says what it said. */
function TestButton({ connection }: { readonly connection: PaymentProvider }): ReactElement {
  type Told = { connection_test: { ok: boolean; account: string | null; warnings: readonly string[] } }
  const { mutate, isPending } = useWrite<Told>()
  const toasts = useToasts()
  return (
    <Button
      icon="check"
      isBusy={isPending}
      onClick={() =>
        mutate(
          { method: 'POST', path: `${CONNECTIONS}/${connection.lago_id}/test` },
          {
            onSuccess: ({ connection_test: { ok, account, warnings } }) => {
              if (ok)
                toasts.success(
                  [`It works, with account ${account}.`, ...warnings.map(textOfWarning)].join(' '),
                )
              else toasts.error(`It does not work. ${warnings.join(' ')}`)
            },
            onError: (problem) => toasts.error(textOfProblem(problem)),
          },
        )
      }
    >
      Test
    </Button>
  )
}

function useConnectionMenu(connection: PaymentProvider, open: (opened: Opened) => void): readonly MenuItem[] {
  const may = useMay()
  const { mutate } = useWrite()
  const toasts = useToasts()
  const run = (verb: string, done: string) => () =>
    mutate(
      { method: 'POST', path: `${CONNECTIONS}/${connection.lago_id}/${verb}` },
      {
        onSuccess: () => toasts.success(done),
        onError: (problem) => toasts.error(textOfProblem(problem)),
      },
    )
  const isPaused = connection.state === 'paused'
  const byHand = kindOf(connection.type)?.byHand
  const change: readonly MenuItem[] = [
    isPaused
      ? { label: 'Resume', icon: 'right', onSelect: run('resume', `${connection.name} is in use again.`) }
      : { label: 'Pause', icon: 'clock', onSelect: () => open('pause') },
    ...(byHand
      ? []
      : [
          {
            label: 'Register for messages',
            icon: 'webhook' as const,
            refusal:
              connection.webhook_state === 'manual'
                ? `Its messages were set up by hand at ${kindName(connection.type)}.`
                : undefined,
            onSelect: run('register_webhook', 'The provider sends its messages here.'),
          },
        ]),
    ...(byHand?.hasMadeSecret
      ? [{ label: 'New secret of messages', icon: 'key' as const, onSelect: () => open('rotate') }]
      : []),
  ]
  return [
    ...(may('organization:integrations:update') ? change : []),
    ...(may('organization:integrations:delete')
      ? [{ label: 'Delete', icon: 'trash' as const, isDangerous: true, onSelect: () => open('delete') }]
      : []),
  ]
}

function ConnectionDialogs(props: {
  readonly connection: PaymentProvider
  readonly opened: Opened
  readonly onClose: () => void
}): ReactElement {
  const { connection, opened, onClose } = props
  const [isForced, setForced] = useState(false)
  const [made, setMade] = useState<PaymentProvider | null>(null)
  const at = useAt()
  const go = useGo()
  const path = `${CONNECTIONS}/${connection.lago_id}`
  const count = connection.customers_count
  return (
    <>
      <Confirm
        title={`Pause ${connection.name}?`}
        isOpen={opened === 'pause'}
        onClose={onClose}
        verb="Pause connection"
        write={{ method: 'POST', path: `${path}/pause` }}
        done={`${connection.name} is paused.`}
      >
        <p>Nothing is charged or given back through it until it is resumed. Its messages are still taken.</p>
      </Confirm>
      <Confirm
        title={`Delete ${connection.name}?`}
        isOpen={opened === 'delete'}
        onClose={onClose}
        verb="Delete connection"
        isDangerous
        write={{ method: 'DELETE', path: isForced ? `${path}?force=true` : path }}
        mustType={count > 0 ? connection.code : undefined}
        done={`${connection.name} was deleted.`}
        onDone={() => go(at('/settings/payment-providers'))}
      >
        <p>
          {count === 0
            ? 'No customer pays through it.'
            : count === 1
              ? 'One customer pays through it and loses its payment methods. Its invoices are no longer charged.'
              : `${count.toLocaleString()} customers pay through it and lose their payment methods. Their invoices are no longer charged.`}
        </p>
        <Toggle
          label="Even while payments are under way"
          help="Messages about them are still taken for sixty days."
          isOn={isForced}
          onChange={setForced}
        />
      </Confirm>
      <Confirm
        title="Make a new secret?"
        isOpen={opened === 'rotate'}
        onClose={onClose}
        verb="Make a new secret"
        write={{ method: 'POST', path: `${path}/register_webhook?rotate_secret=true` }}
        done="A new secret was made."
        onDone={(answer) => setMade((answer as { payment_provider: PaymentProvider }).payment_provider)}
      >
        <p>
          Messages under the present one are still taken for seven days. Paste the new one at{' '}
          {kindName(connection.type)} until then.
        </p>
      </Confirm>
      {made && <NextStep connection={made} onClose={() => setMade(null)} />}
    </>
  )
}

/** How the connection is, and what it is set to. */
function Overview({ connection }: { readonly connection: PaymentProvider }): ReactElement {
  const path = `${CONNECTIONS}/${connection.lago_id}`
  const byHand = kindOf(connection.type)?.byHand
  return (
    <Columns
      aside={
        <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path }} />}>
          <Facts
            facts={[
              ['Account', connection.account_id],
              ['Customers', connection.customers_count.toLocaleString()],
              ['Created', formatTime(connection.created_at)],
              ['Changed', formatTime(connection.updated_at)],
              ['Id', <Code key="id" text={connection.lago_id} />],
            ]}
          />
        </Card>
      }
    >
      <Health connection={connection} />
      <Card title="Messages from the provider">
        <div className="stack">
          {connection.webhook_state === 'missing' && (
            <p className="notice notice-warning">
              The provider does not send its messages here yet. Payments go on, and Weir asks for what became
              of them, but later than it could know.
            </p>
          )}
          {lacksSignature(connection) && (
            <p className="notice notice-warning">
              Its messages are refused until it has the HMAC key of the webhook. Weir cannot ask Adyen what
              became of a payment: without messages, some wait for somebody to find out.
            </p>
          )}
          {byHand && <Steps steps={byHand.steps} />}
          <Facts
            facts={[
              ['How', MESSAGES_TEXT[connection.webhook_state]],
              ['Address', <Code key="url" text={connection.webhook_url} />],
              ...signaturesOf(connection),
            ]}
          />
        </div>
      </Card>
      <Card title="Settings">
        <Facts facts={settingsOf(connection)} />
      </Card>
    </Columns>
  )
}

const STATE_TEXT: Readonly<Record<PaymentProvider['state'], string>> = {
  active: 'It works. What is due is charged by itself.',
  failing: 'The provider refuses. Payments wait, and go on by themselves once it works again.',
  paused: 'It is paused: nothing is charged or given back through it.',
}

const PAGES_TEXT = 'It is in use. Invoices are paid on its pages; nothing is charged by itself.'

function Health({ connection }: { readonly connection: PaymentProvider }): ReactElement {
  const { type, state, failing_since: since, last_error: error } = connection
  return (
    <Card title="Health">
      <div className="stack">
        <p className={state === 'failing' ? 'notice notice-danger' : 'muted'}>
          {state === 'active' && kindOf(type)?.isPageOnly ? PAGES_TEXT : STATE_TEXT[state]}
        </p>
        {(since || error) && (
          <Facts
            facts={[
              ['Failing since', since && formatTime(since)],
              ['Last error', error && `${error.message} (${error.code})`],
              ['When', error && formatTime(error.at)],
            ]}
          />
        )}
      </div>
    </Card>
  )
}
