import { type ReactElement, useState } from 'react'
import { OWN_API, useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { Customer, Dunning } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { Button } from '../../parts/button.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { SelectField, SwitchField } from '../../parts/fields.tsx'
import { FormPage, useForm } from '../../parts/form.tsx'
import { rowsOf } from '../../parts/options.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { CAMPAIGNS, campaignPath, type DunningCampaign } from '../settings/dunning-values.ts'

const pathOf = ({ external_id }: Customer): string =>
  `${OWN_API}/customers/${encodeURIComponent(external_id)}/dunning`

/** How a customer is asked for what is overdue. */
export function DunningCard({ customer }: { readonly customer: Customer }): ReactElement {
  const [isChanging, setChanging] = useState(false)
  const may = useMay()
  const query = useOne<Dunning>(pathOf(customer), 'dunning', { every: 10_000 })
  return (
    <Card
      title="Dunning"
      aside={
        query.data &&
        may('customers:update') &&
        may('dunning_campaigns:view') && (
          <Button icon="edit" onClick={() => setChanging(true)}>
            Change
          </Button>
        )
      }
    >
      <Loaded query={query} rows={2}>
        {(dunning) => <State dunning={dunning} />}
      </Loaded>
      {isChanging && query.data && (
        <ChangeDunning customer={customer} dunning={query.data} onClose={() => setChanging(false)} />
      )}
    </Card>
  )
}

function State({ dunning }: { readonly dunning: Dunning }): ReactElement {
  const may = useMay()
  const { dunning_campaign_code: code, attempts } = dunning
  const campaign = useOne<DunningCampaign>(campaignPath(code ?? ''), 'dunning_campaign', {
    enabled: code !== null && may('dunning_campaigns:view'),
  })
  if (dunning.exclude_from_dunning_campaign) return <p className="muted">It is never asked.</p>
  if (code === null) return <p className="muted">No campaign applies to it.</p>
  const most = campaign.data?.max_attempts
  const asked = attempts.filter((each) => each.attempts > 0)
  return (
    <Facts
      facts={[
        ['Campaign', `${campaign.data?.name ?? code}${dunning.is_own_campaign ? '' : ' (inherited)'}`],
        [
          'Asked',
          asked
            .map((each) => `${each.attempts}${most ? ` of ${most}` : ''} times for ${each.currency}`)
            .join(', ') || 'Not since it last owed nothing',
        ],
        ['Last asked', dunning.last_attempt_at && formatTime(dunning.last_attempt_at)],
      ]}
    />
  )
}

function ChangeDunning(props: {
  readonly customer: Customer
  readonly dunning: Dunning
  readonly onClose: () => void
}): ReactElement {
  const { customer, dunning, onClose } = props
  const toasts = useToasts()
  const campaigns = useList<DunningCampaign>(CAMPAIGNS, 'dunning_campaigns', { per_page: 100 })
  const form = useForm({
    initial: {
      dunning_campaign_code: dunning.is_own_campaign ? (dunning.dunning_campaign_code ?? '') : '',
      exclude_from_dunning_campaign: dunning.exclude_from_dunning_campaign,
    },
    toWrite: (values) => ({
      method: 'PUT',
      path: pathOf(customer),
      body: {
        dunning: {
          dunning_campaign_code: values.dunning_campaign_code || null,
          exclude_from_dunning_campaign: values.exclude_from_dunning_campaign,
        },
      },
    }),
    onDone: () => {
      toasts.success('Dunning was changed.')
      onClose()
    },
  })
  return (
    <Dialog title="Change dunning" isOpen onClose={onClose}>
      <FormPage
        form={form}
        verb="Save"
        onCancel={onClose}
        effect="With another campaign, counting starts over."
      >
        <div className="form-fields">
          <SelectField
            name="dunning_campaign_code"
            label="Campaign"
            placeholder="As the billing entity"
            options={rowsOf(campaigns).map(({ code, name }) => ({ value: code, label: name }))}
            from={{ asked: campaigns, what: 'campaigns' }}
          />
          <SwitchField name="exclude_from_dunning_campaign" label="Never ask this customer" />
        </div>
      </FormPage>
    </Dialog>
  )
}
