import { useParams } from '@tanstack/react-router'
import { type ReactElement, useState } from 'react'
import { useList, useOne } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import type { AddOn, Plan } from '../../api/types.ts'
import { formatTime } from '../../format/dates.ts'
import { formatCents } from '../../format/money.ts'
import { ApiCallButton } from '../../parts/api-call.tsx'
import { ButtonLink, Code } from '../../parts/button.tsx'
import { Confirm } from '../../parts/dialog.tsx'
import { useAt, useGo } from '../../parts/link.tsx'
import { Table } from '../../parts/list.tsx'
import { LoadedPage } from '../../parts/loaded-page.tsx'
import { Card, Columns, Facts, None, Page } from '../../parts/page.tsx'
import { Loaded } from '../../parts/states.tsx'
import { useRecent } from '../../shell/recent.ts'
import { basePrice } from '../plans/plan-list.tsx'

const pathOf = (code: string) => `/add_ons/${encodeURIComponent(code)}`

/** One add-on: its price, and the plans that charge for it. */
export function AddOnDetail(): ReactElement {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const at = useAt()
  const query = useOne<AddOn>(pathOf(code), 'add_on')
  return (
    <LoadedPage title={code} crumbs={[{ label: 'Add-ons', href: at('/add-ons') }]} query={query}>
      {(addOn) => <Detail addOn={addOn} />}
    </LoadedPage>
  )
}

function Detail({ addOn }: { readonly addOn: AddOn }): ReactElement {
  const { name, code } = addOn
  const [isDeleting, setDeleting] = useState(false)
  const at = useAt()
  const go = useGo()
  const may = useMay()
  useRecent('Add-on', name)
  const from = encodeURIComponent(code)
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Add-ons', href: at('/add-ons') }]}
      facts={
        <>
          <Code text={code} />
          <span>{formatCents(addOn.amount_cents, addOn.amount_currency)}</span>
        </>
      }
      action={
        may('addons:update') && (
          <ButtonLink href={at(`/add-ons/${from}/edit`)} icon="edit">
            Edit
          </ButtonLink>
        )
      }
      menu={[
        ...(may('addons:create')
          ? [{ label: 'Duplicate', icon: 'copy' as const, href: at(`/add-ons/new?from=${from}`) }]
          : []),
        ...(may('addons:delete')
          ? [
              {
                label: 'Delete',
                icon: 'trash' as const,
                isDangerous: true,
                onSelect: () => setDeleting(true),
              },
            ]
          : []),
      ]}
    >
      <Columns aside={<Aside addOn={addOn} />}>
        <Card title="What it costs">
          <p>
            {formatCents(addOn.amount_cents, addOn.amount_currency)} for each unit, before taxes, on a one-off
            invoice.
          </p>
          {addOn.description && <p className="muted">{addOn.description}</p>}
        </Card>
        <PlansOf code={code} />
      </Columns>
      <Confirm
        title={`Delete ${name}?`}
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        verb="Delete add-on"
        isDangerous
        write={{ method: 'DELETE', path: pathOf(code) }}
        done={`${name} was deleted.`}
        onDone={() => go(at('/add-ons'))}
      >
        <p>It cannot be invoiced any more. Invoices that name it stay as they are.</p>
      </Confirm>
    </Page>
  )
}

function Aside({ addOn }: { readonly addOn: AddOn }): ReactElement {
  return (
    <Card title="Facts" aside={<ApiCallButton write={{ method: 'GET', path: pathOf(addOn.code) }} />}>
      <Facts
        facts={[
          ['Code', <Code key="code" text={addOn.code} />],
          ['Name on invoices', addOn.invoice_display_name],
          ['Taxes', addOn.taxes.map(({ name }) => name).join(', ') || <None key="none" />],
          ['Created', formatTime(addOn.created_at)],
          ['Id', <Code key="id" text={addOn.lago_id} />],
        ]}
      />
    </Card>
  )
}

function PlansOf({ code }: { readonly code: string }): ReactElement {
  const at = useAt()
  const query = useList<Plan>('/plans', 'plans', { per_page: 200 })
  const uses = (plan: Plan) => plan.fixed_charges?.some((charge) => charge.add_on_code === code) ?? false
  return (
    <Card title="Plans that charge for it" isFlush>
      <Loaded query={query} rows={2}>
        {({ rows }) =>
          rows.some(uses) ? (
            <Table
              label="Plans that charge for this add-on"
              rows={rows.filter(uses)}
              keyOf={(plan) => plan.lago_id}
              hrefOf={(plan) => at(`/plans/${encodeURIComponent(plan.code)}`)}
              columns={[
                { title: 'Plan', cell: (plan) => plan.name },
                {
                  title: 'Base price',
                  isNumber: true,
                  cell: (plan) => basePrice(plan),
                },
              ]}
            />
          ) : (
            <p className="card-note muted">No plan has it as a fixed charge.</p>
          )
        }
      </Loaded>
    </Card>
  )
}
