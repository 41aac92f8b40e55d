import type { ReactElement } from 'react'
import { useNames } from '../../api/names.ts'
import type { Plan } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import type { Form } from '../../parts/form.tsx'
import { Tag } from '../../parts/status.tsx'
import { chargeName, chargeWords, namedIn } from '../plans/charge-words.ts'
import { ModelFields } from '../plans/model-fields.tsx'
import { type Properties, propertiesBody, valuesOfPlan } from '../plans/plan-values.ts'
import type { SubscriptionValues } from './subscription-form.tsx'

/** The charges whose prices differ, as the API takes them. */
export function overridesBody(plan: Plan, drafts: SubscriptionValues['charges']) {
  return plan.charges.flatMap((charge) => {
    const own = drafts[charge.lago_id]
    if (!own) return []
    return [{ id: charge.lago_id, properties: propertiesBody(charge.charge_model, own) }]
  })
}

/** Every usage charge of the plan, with a way to set another price. */
export function ChargeOverrides(props: {
  readonly form: Form<SubscriptionValues>
  readonly plan: Plan
}): ReactElement {
  const { form, plan } = props
  const own = form.values.charges
  const stored = valuesOfPlan(plan).charges
  const nameOf = useNames(namedIn(plan))
  const set = (id: string, properties: Properties | null) => {
    const { [id]: _gone, ...rest } = own
    form.set('charges', properties ? { ...rest, [id]: properties } : rest)
  }
  return (
    <div className="stack">
      {plan.charges.map((charge, at) => {
        const name = chargeName(charge, nameOf)
        const properties = own[charge.lago_id]
        const original = stored[at]?.properties
        return (
          <div key={charge.lago_id} className="charge-editor" role="group" aria-label={`Price of ${name}`}>
            <div className="charge-head">
              <span className="grow">
                <strong>{name}</strong> {properties && <Tag>Overridden</Tag>}
                {!properties && (
                  <span className="help"> {chargeWords(charge, plan.amount_currency).join('; ')}</span>
                )}
              </span>
              {properties ? (
                <Button kind="quiet" onClick={() => set(charge.lago_id, null)}>
                  Reset to plan
                </Button>
              ) : (
                <Button kind="quiet" onClick={() => original && set(charge.lago_id, original)}>
                  Override
                </Button>
              )}
            </div>
            {properties && (
              <div className="charge-body">
                <ModelFields
                  label={name}
                  model={charge.charge_model}
                  properties={properties}
                  currency={plan.amount_currency}
                  onChange={(change) => set(charge.lago_id, { ...properties, ...change })}
                />
              </div>
            )}
          </div>
        )
      })}
    </div>
  )
}
