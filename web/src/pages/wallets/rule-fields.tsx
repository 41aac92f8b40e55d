import type { ReactElement, ReactNode } from 'react'
import { ariaOf, DecimalInput, FieldFrame } from '../../parts/fields.tsx'
import type { Form } from '../../parts/form.tsx'
import { Segments } from '../../parts/tabs.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import { NEW_RULE, type RuleValues, ruleSentence, type WalletValues } from './wallet-values.ts'

const INTERVALS = [
  { value: 'weekly', label: 'Week' },
  { value: 'monthly', label: 'Month' },
  { value: 'quarterly', label: 'Quarter' },
  { value: 'semiannual', label: 'Half-year' },
  { value: 'yearly', label: 'Year' },
] as const

type Texts = {
  [K in keyof RuleValues]: RuleValues[K] extends string ? K : never
}[keyof RuleValues]

/** The recurring top-up of a wallet. */
export function RuleFields({ form }: { readonly form: Form<WalletValues> }): ReactElement {
  const { rule } = form.values
  const change = (part: Partial<RuleValues>) => form.set('rule', { ...(rule ?? NEW_RULE), ...part })
  return (
    <>
      <Toggle
        label="Top up by itself"
        help="Sells or grants credits regularly, or when they run low."
        isOn={rule !== null}
        onChange={(isOn) => form.set('rule', isOn ? NEW_RULE : null)}
      />
      {rule && (
        <>
          <Segments
            label="When"
            value={rule.trigger}
            options={[
              { value: 'threshold', label: 'When credits run low' },
              { value: 'interval', label: 'Regularly' },
            ]}
            onChange={(trigger) => change({ trigger })}
          />
          {rule.trigger === 'interval' ? (
            <Segments
              label="Every"
              value={rule.interval}
              options={INTERVALS}
              onChange={(interval) => change({ interval })}
            />
          ) : (
            <CreditsField form={form} rule={rule} name="threshold_credits" label="When this much is left" />
          )}
          <Segments
            label="How much"
            value={rule.method}
            options={[
              { value: 'fixed', label: 'Always the same' },
              { value: 'target', label: 'Up to a target' },
            ]}
            onChange={(method) => change({ method })}
          />
          <Amounts form={form} rule={rule} change={change} />
          <p className="notice notice-info" role="status">
            {ruleSentence(rule)}
          </p>
        </>
      )}
    </>
  )
}

function Amounts(props: {
  readonly form: Form<WalletValues>
  readonly rule: RuleValues
  readonly change: (part: Partial<RuleValues>) => void
}): ReactElement {
  const { form, rule, change } = props
  if (rule.method === 'target') {
    return (
      <>
        <CreditsField form={form} rule={rule} name="target_ongoing_balance" label="Target" />
        <Toggle
          label="Grant it for free"
          help="Off, the credits are sold with an invoice."
          isOn={rule.grants_target_top_up}
          onChange={(grants_target_top_up) => change({ grants_target_top_up })}
        />
      </>
    )
  }
  return (
    <div className="field-row">
      <CreditsField form={form} rule={rule} name="paid_credits" label="To sell" />
      <CreditsField form={form} rule={rule} name="granted_credits" label="To grant" />
    </div>
  )
}

function CreditsField(props: {
  readonly form: Form<WalletValues>
  readonly rule: RuleValues
  readonly name: Texts
  readonly label: string
  readonly help?: ReactNode
}): ReactElement {
  const { form, rule, name, label } = props
  const field = `rule_${name}`
  const id = `field-${field}`
  const error = form.errorOf(field)
  return (
    <FieldFrame id={id} label={label} error={error}>
      <DecimalInput
        id={id}
        value={rule[name]}
        onChange={(value) => form.set('rule', { ...rule, [name]: value })}
        onBlur={() => form.touch(field)}
        suffix="credits"
        aria={ariaOf(id, error, undefined)}
      />
    </FieldFrame>
  )
}
