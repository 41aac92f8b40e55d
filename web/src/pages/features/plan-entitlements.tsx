import { type ReactElement, useId, useState } from 'react'
import { useList, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Feature, Plan } from '../../api/types.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { Button } from '../../parts/button.tsx'
import { ProblemLine } from '../../parts/dialog.tsx'
import { FieldFrame } from '../../parts/fields.tsx'
import { Link, useAt } from '../../parts/link.tsx'
import { Card } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import {
  type EntitlementValues,
  entitlementsBody,
  problemOfValue,
  valuesOfEntitlements,
} from './entitlement-values.ts'
import { PrivilegeInput } from './privilege-input.tsx'

/** What a plan grants: its features, and a value for each privilege. */
export function PlanEntitlements({ plan }: { readonly plan: Plan }): ReactElement {
  const query = useList<Feature>('/features', 'features', { per_page: 500 })
  return (
    <Loaded query={query} rows={4}>
      {({ rows }) => <Editor plan={plan} features={rows} />}
    </Loaded>
  )
}

type EditorProps = { readonly plan: Plan; readonly features: readonly Feature[] }

function Editor({ plan, features }: EditorProps): ReactElement {
  const stored = valuesOfEntitlements(plan.entitlements)
  const [values, setValues] = useState<EntitlementValues>(stored)
  const { mutate, isPending, error } = useWrite()
  const toasts = useToasts()
  const may = useMay()
  const at = useAt()
  const id = useId()
  const granted = features.filter(({ code }) => code in values)
  const others = features.filter(({ code }) => !(code in values))
  const isWrong = granted.some(({ code, privileges }) =>
    privileges.some((each) => problemOfValue(each, values[code]?.[each.code] ?? '') !== undefined),
  )
  const write = {
    method: 'POST',
    path: `/plans/${encodeURIComponent(plan.code)}/entitlements`,
    body: { entitlements: entitlementsBody(values, features) },
  } as const
  if (features.length === 0) {
    return (
      <Card title="Entitlements">
        <p className="muted">
          There is no feature yet. <Link href={at('/features/new')}>Create one</Link>, and plans can grant it.
        </p>
      </Card>
    )
  }
  const without = (code: string): EntitlementValues =>
    Object.fromEntries(Object.entries(values).filter(([each]) => each !== code))
  return (
    <div className="stack-wide form">
      {granted.length === 0 && <p className="muted">This plan grants no feature yet.</p>}
      {granted.map((feature) => (
        <FeatureCard
          key={feature.code}
          feature={feature}
          values={values[feature.code] ?? {}}
          onChange={(own) => setValues({ ...values, [feature.code]: own })}
          onRemove={() => setValues(without(feature.code))}
        />
      ))}
      {others.length > 0 && (
        <div className="field">
          <label htmlFor={id}>Grant a feature</label>
          <select
            id={id}
            className="input"
            value=""
            onChange={(event) => setValues({ ...values, [event.target.value]: {} })}
          >
            <option value="">Choose a feature…</option>
            {others.map(({ code, name }) => (
              <option key={code} value={code}>
                {name || code}
              </option>
            ))}
          </select>
        </div>
      )}
      {error && <ProblemLine problem={error} />}
      {may('plans:update') && (
        <div className="line">
          <Button
            kind="primary"
            isBusy={isPending}
            disabled={isWrong || JSON.stringify(values) === JSON.stringify(stored)}
            onClick={() => mutate(write, { onSuccess: () => toasts.success('The entitlements were saved.') })}
          >
            Save entitlements
          </Button>
          <span className="grow" />
          <ApiCallButton write={write} />
        </div>
      )}
    </div>
  )
}

function FeatureCard(props: {
  readonly feature: Feature
  readonly values: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
  readonly onRemove: () => void
}): ReactElement {
  const { feature, values, onChange, onRemove } = props
  const id = useId()
  const name = feature.name || feature.code
  return (
    <fieldset className="charge-editor" aria-label={name}>
      <div className="charge-head">
        <strong className="grow">{name}</strong>
        <Button kind="quiet" icon="trash" onClick={onRemove} aria-label={`Remove ${name}`}>
          Remove
        </Button>
      </div>
      <div className="charge-body stack">
        {feature.privileges.length === 0 && <p className="muted">It has no privileges: it is granted.</p>}
        {feature.privileges.map((privilege) => {
          const value = values[privilege.code] ?? ''
          const problem = problemOfValue(privilege, value)
          return (
            <FieldFrame
              key={privilege.code}
              id={`${id}-${privilege.code}`}
              label={privilege.name || privilege.code}
              error={problem}
            >
              <PrivilegeInput
                id={`${id}-${privilege.code}`}
                privilege={privilege}
                value={value}
                isInvalid={problem !== undefined}
                empty="No value"
                onChange={(next) => onChange({ ...values, [privilege.code]: next })}
              />
            </FieldFrame>
          )
        })}
      </div>
    </fieldset>
  )
}
