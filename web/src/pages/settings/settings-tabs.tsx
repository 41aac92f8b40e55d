import { useLocation } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useMay } from '../../api/session.ts'
import { useAt } from '../../parts/link.tsx'
import { Tabs } from '../../parts/tabs.tsx'

const PAGES = [
  { path: '/settings', label: 'Organization', permission: 'organization:view' },
  { path: '/settings/billing-entities', label: 'Billing entities', permission: 'billing_entities:view' },
  { path: '/settings/taxes', label: 'Taxes', permission: 'organization:taxes:view' },
  {
    path: '/settings/invoice-sections',
    label: 'Invoice sections',
    permission: 'invoice_custom_sections:view',
  },
  {
    path: '/settings/payment-providers',
    label: 'Payment providers',
    permission: 'organization:integrations:view',
  },
  { path: '/settings/dunning', label: 'Dunning', permission: 'dunning_campaigns:view' },
  { path: '/settings/portal', label: 'Customer portal', permission: 'organization:view' },
  { path: '/settings/team', label: 'Team', permission: 'organization:members:view' },
  { path: '/settings/security-log', label: 'Security log', permission: 'security_logs:view' },
] as const

/** The pages of settings, side by side. */
export function SettingsTabs(): ReactElement {
  const at = useAt()
  const may = useMay()
  const path = useLocation({ select: ({ pathname }) => pathname.replace(/\/$/, '') })
  const shown = PAGES.filter(({ permission }) => may(permission))
  return (
    <Tabs
      label="Settings"
      tabs={shown.map(({ path: page, label }) => ({
        href: at(page),
        label,
        isCurrent: path === at(page),
      }))}
    />
  )
}
