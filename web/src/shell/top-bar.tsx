import type { ReactElement } from 'react'
import { useMay } from '../api/session.ts'
import { IconButton } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Link, useAt } from '../parts/link.tsx'
import { Menu } from '../parts/menu.tsx'
import { PALETTE_KEYS } from '../parts/palette-keys.ts'
import { BillingRun } from '../tasks/billing-run.tsx'
import { TaskIndicator } from '../tasks/task-indicator.tsx'
import { useShownCrumbs } from './crumbs.ts'
import { CREATIONS } from './navigation.ts'

/** Breadcrumb, search, "New". */
export function TopBar(props: { readonly onMenu: () => void; readonly onSearch: () => void }): ReactElement {
  const crumbs = useShownCrumbs()
  const may = useMay()
  const at = useAt()
  const creations = CREATIONS.filter(({ permission }) => may(permission))
  return (
    <header className="top-bar">
      <span className="nav-toggle">
        <IconButton icon="menu" label="Open the navigation" onClick={props.onMenu} />
      </span>
      <nav aria-label="Breadcrumb" className="crumbs">
        <ol>
          {crumbs.map(({ label, href }, at) => (
            <li key={label} className="clip" aria-current={at === crumbs.length - 1 ? 'page' : undefined}>
              {href ? <Link href={href}>{label}</Link> : label}
            </li>
          ))}
        </ol>
      </nav>
      <button type="button" className="search-button" onClick={props.onSearch}>
        <Icon name="search" />
        <span className="grow">Search</span>
        <kbd>{PALETTE_KEYS}</kbd>
      </button>
      <BillingRun />
      <TaskIndicator />
      <Menu
        label="New"
        className="button button-secondary new-button"
        items={creations.map(({ label, path, icon }) => ({ label, icon, href: at(path) }))}
      >
        <Icon name="plus" />
        <span>New</span>
      </Menu>
    </header>
  )
}
