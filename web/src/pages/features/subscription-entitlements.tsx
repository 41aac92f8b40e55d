import { type ReactElement, useState } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { useRead, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Subscription, SubscriptionEntitlement } from '../../api/types.ts'
import { ApiCall } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { Table } from '../../parts/list.tsx'
import { Card, None } from '../../parts/page.tsx'
import { Empty, Loaded } from '../../parts/states.tsx'
import { Tag } from '../../parts/status.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { problemOfValue, textOf, typedValue } from './entitlement-values.ts'
import { PrivilegeInput, privilegeText } from './privilege-input.tsx'

type Privilege = SubscriptionEntitlement['privileges'][number]
type Line = { readonly feature: SubscriptionEntitlement; readonly privilege: Privilege | null }

/** What a subscription may: the values of its plan, its own, and what counts. */
export function SubscriptionEntitlements({
  subscription,
}: {
  readonly subscription: Subscription
}): ReactElement {
  const path = `/subscriptions/${encodeURIComponent(subscription.external_id)}/entitlements`
  const query = useRead<{ entitlements: readonly SubscriptionEntitlement[] }>(path, {
    status: subscription.status,
  })
  return (
    <div className="stack-wide">
      <Loaded query={query} rows={4}>
        {({ entitlements }) =>
          entitlements.length === 0 ? (
            <Empty icon="feature" title="Nothing is granted">
              Its plan grants no feature. Entitlements are set on the plan, and can differ here.
            </Empty>
          ) : (
            <Matrix path={path} status={subscription.status} entitlements={entitlements} />
          )
        }
      </Loaded>
      <Card title="Ask for it in your app">
        <ApiCall write={{ method: 'GET', path }} />
      </Card>
    </div>
  )
}

function Matrix(props: {
  readonly path: string
  readonly status: string
  readonly entitlements: readonly SubscriptionEntitlement[]
}): ReactElement {
  const { path, status, entitlements } = props
  const may = useMay()
  const lines = entitlements.flatMap((feature): Line[] =>
    feature.privileges.length === 0
      ? [{ feature, privilege: null }]
      : feature.privileges.map((privilege) => ({ feature, privilege })),
  )
  const isEditable = may('subscriptions:update')
  return (
    <Card title="Entitlements" isFlush>
      <Table
        label="Entitlements of the subscription"
        isStacked
        rows={lines}
        keyOf={({ feature, privilege }) => `${feature.code} ${privilege?.code ?? ''}`}
        columns={[
          { title: 'Feature', cell: ({ feature }) => feature.name || feature.code },
          {
            title: 'Privilege',
            cell: ({ privilege }) => (privilege ? privilege.name || privilege.code : <None />),
          },
          {
            title: 'Plan',
            cell: ({ privilege }) => (privilege ? privilegeText(privilege, privilege.plan_value) : 'Granted'),
          },
          {
            title: 'Own',
            cell: ({ feature, privilege }) =>
              privilege && isEditable ? (
                <Override
                  key={textOf(privilege.override_value)}
                  path={`${path}?status=${status}`}
                  feature={feature.code}
                  privilege={privilege}
                />
              ) : (
                <None />
              ),
          },
          {
            title: 'Effective',
            cell: ({ privilege }) => (
              <>
                <strong>{privilege ? privilegeText(privilege, privilege.value) : 'Granted'}</strong>{' '}
                {privilege?.override_value != null && <Tag>Overridden</Tag>}
              </>
            ),
          },
        ]}
      />
    </Card>
  )
}

/** The subscription's own value of a privilege: setting it, and going back to the plan's. */
function Override(props: {
  readonly path: string
  readonly feature: string
  readonly privilege: Privilege
}): ReactElement {
  const { path, feature, privilege } = props
  const stored = textOf(privilege.override_value)
  const [text, setText] = useState(stored)
  const { mutate, isPending } = useWrite()
  const toasts = useToasts()
  const name = privilege.name || privilege.code
  const isWrong = problemOfValue(privilege, text) !== undefined
  const send = (value: number | boolean | string | null, done: string) =>
    mutate(
      { method: 'PATCH', path, body: { entitlements: { [feature]: { [privilege.code]: value } } } },
      {
        onSuccess: () => toasts.success(done),
        onError: (problem) => toasts.error(textOfProblem(problem)),
      },
    )
  return (
    <span className="line entitlement-own">
      <PrivilegeInput
        label={`Own value of ${name}`}
        privilege={privilege}
        value={text}
        isInvalid={isWrong}
        empty="As the plan"
        onChange={setText}
      />
      {text !== stored && text !== '' && (
        <Button
          isBusy={isPending}
          disabled={isWrong}
          onClick={() =>
            send(typedValue(privilege.value_type, text), `${name} is set for this subscription.`)
          }
          aria-label={`Set ${name}`}
        >
          Set
        </Button>
      )}
      {stored !== '' && text === stored && (
        <Button
          kind="quiet"
          isBusy={isPending}
          onClick={() => send(privilege.plan_value, `${name} is that of the plan again.`)}
          aria-label={`Reset to plan: ${name}`}
        >
          Reset to plan
        </Button>
      )}
    </span>
  )
}
