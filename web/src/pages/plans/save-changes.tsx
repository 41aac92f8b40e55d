import { type ReactElement, useId, useState } from 'react'
import type { Write } from '../../api/queries.ts'
import type { Plan } from '../../api/types.ts'
import type { Form } from '../../parts/form.tsx'
import { ChangeDialog, type Reach } from './change-dialog.tsx'
import { bodyOfPlan, type PlanValues } from './plan-values.ts'
import type { AskedUsage } from './same-usage.ts'

type Body = ReturnType<typeof bodyOfPlan>

/** The values of the privileges that a plan grants, by feature, as the API takes them. */
export function grantsOf({ entitlements }: Pick<Plan, 'entitlements'>) {
  return Object.fromEntries(
    entitlements.map(({ code, privileges }) => [
      code,
      Object.fromEntries(privileges.map((privilege) => [privilege.code, privilege.value])),
    ]),
  )
}

/** The request that saves a change of a plan for some: for new subscriptions only, it makes a plan beside it. */
export function writeOfChange(
  plan: Plan,
  body: Body,
  reach: Reach,
  beside: { code: string; name: string },
): Write {
  const path = `/plans/${encodeURIComponent(plan.code)}`
  if (reach === 'all') return { method: 'PUT', path, body: { plan: { ...body, cascade_updates: true } } }
  if (reach === 'plan') return { method: 'PUT', path, body: { plan: body } }
  const withoutId = <T extends { id?: string }>({ id: _stored, ...rest }: T) => rest
  const charges = body.charges.map(withoutId)
  const fixed_charges = body.fixed_charges.map(withoutId)
  return { method: 'POST', path: '/plans', body: { plan: { ...body, ...beside, charges, fixed_charges } } }
}

/** Asks who gets the changes of a plan that is used, and saves them. */
export function SaveChanges(props: {
  readonly plan: Plan
  readonly form: Form<PlanValues>
  readonly usage: readonly AskedUsage[]
  readonly onClose: () => void
}): ReactElement {
  const { plan, form, onClose } = props
  const [code, setCode] = useState(`${plan.code}_2`)
  const [name, setName] = useState(`${form.values.name} 2`)
  const body = bodyOfPlan(form.values)
  return (
    <ChangeDialog
      title={`Save changes of ${plan.name}`}
      verb="Save changes"
      plan={plan}
      body={body}
      usage={props.usage}
      usageWords="the usage of the price preview"
      writeFor={(reach) => writeOfChange(plan, body, reach, { code: code.trim(), name: name.trim() })}
      // What is refused is said at the fields of the form.
      onSend={(write) => form.send(write, onClose)}
      onClose={onClose}
      isBusy={form.isBusy}
      newPlan={
        <div className="field-row">
          <NewPlanField label="Name of the new plan" value={name} onChange={setName} />
          <NewPlanField label="Code of the new plan" value={code} onChange={setCode} />
        </div>
      }
    />
  )
}

function NewPlanField(props: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        className="input"
        autoComplete="off"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  )
}
