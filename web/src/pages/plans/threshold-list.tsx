import type { ReactElement } from 'react'
import { Button, IconButton } from '../../parts/button.tsx'
import { ariaOf, DecimalInput } from '../../parts/fields.tsx'
import type { Form } from '../../parts/form.tsx'
import type { PlanValues, ThresholdDraft } from './plan-values.ts'

/** Amounts of usage at which a bill is made; at most one repeats. */
export function ThresholdList({ form }: { readonly form: Form<PlanValues> }): ReactElement {
  const { thresholds, currency } = form.values
  const set = (next: readonly ThresholdDraft[]) => form.set('thresholds', next)
  const replace = (at: number, change: Partial<ThresholdDraft>) =>
    set(thresholds.map((each, index) => (index === at ? { ...each, ...change } : each)))
  const error = form.errorOf('usage_thresholds')
  return (
    <div className="repeat" id="field-usage_thresholds" tabIndex={-1}>
      {thresholds.map((threshold, at) => (
        <div key={at} className="repeat-item">
          <DecimalInput
            label={`Amount of threshold ${at + 1}`}
            value={threshold.amount}
            onChange={(amount) => replace(at, { amount })}
            onBlur={() => form.touch('usage_thresholds')}
            suffix={currency}
            aria={ariaOf('field-usage_thresholds', error, undefined)}
          />
          <input
            className="input"
            aria-label={`Name of threshold ${at + 1}`}
            placeholder="Name (optional)"
            value={threshold.name}
            onChange={(event) => replace(at, { name: event.target.value })}
          />
          <label className="check">
            <input
              type="checkbox"
              checked={threshold.recurring}
              onChange={(event) =>
                set(
                  thresholds.map((each, index) => ({
                    ...each,
                    recurring: index === at && event.target.checked,
                  })),
                )
              }
            />
            repeats
          </label>
          <IconButton
            icon="trash"
            label={`Remove threshold ${at + 1}`}
            onClick={() => set(thresholds.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      {error && (
        <p id="field-usage_thresholds-error" className="field-error">
          {error}
        </p>
      )}
      <div>
        <Button icon="plus" onClick={() => set([...thresholds, { amount: '', name: '', recurring: false }])}>
          Add threshold
        </Button>
      </div>
    </div>
  )
}
