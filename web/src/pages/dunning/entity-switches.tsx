import type { ReactElement } from 'react'
import { textOfProblem } from '../../api/problem-texts.ts'
import { OWN_API, useList, useOne, useWrite } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { BillingEntity } from '../../api/types.ts'
import { Card } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useToasts } from '../../parts/toast.tsx'
import { Toggle } from '../../parts/toggle.tsx'
import type { DunningCampaign } from '../settings/dunning-values.ts'

type OfCampaign = { readonly campaign: DunningCampaign }

/** The billing entities whose customers a campaign asks. */
export function EntitySwitches({ campaign }: OfCampaign): ReactElement {
  const query = useList<BillingEntity>('/billing_entities', 'billing_entities')
  return (
    <Card title="Customers of">
      <Loaded query={query} rows={2}>
        {({ rows }) => (
          <div className="stack">
            {rows.map((entity) => (
              <EntitySwitch key={entity.code} campaign={campaign} entity={entity} />
            ))}
          </div>
        )}
      </Loaded>
    </Card>
  )
}

function EntitySwitch(props: OfCampaign & { readonly entity: BillingEntity }): ReactElement {
  const { campaign, entity } = props
  const may = useMay()
  const { mutate } = useWrite()
  const toasts = useToasts()
  const path = `${OWN_API}/billing_entities/${encodeURIComponent(entity.code)}/dunning`
  const query = useOne<{ readonly dunning_campaign_code: string | null }>(path, 'dunning')
  const other = query.data?.dunning_campaign_code
  const isOn = other === campaign.code
  return (
    <Toggle
      label={entity.name}
      {...(other && !isOn ? { help: `Now ${other}.` } : {})}
      refusal={may('billing_entities:update') ? undefined : 'You may not change this.'}
      isOn={isOn}
      onChange={(turnedOn) =>
        mutate(
          {
            method: 'PUT',
            path,
            body: { dunning: { dunning_campaign_code: turnedOn ? campaign.code : null } },
          },
          {
            onSuccess: () =>
              toasts.success(
                turnedOn ? `Customers of ${entity.name} are asked.` : `Customers of ${entity.name} are not.`,
              ),
            onError: (problem) => toasts.error(textOfProblem(problem)),
          },
        )
      }
    />
  )
}
