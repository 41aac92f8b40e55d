import { type ReactElement, useId } from 'react'
import { type Theme, useTheme } from '../shell/theme.ts'
import { useSay } from './language.ts'

/** Light, dark, or as the system says. */
export function ThemeField(): ReactElement {
  const say = useSay()
  const id = useId()
  const [theme, setTheme] = useTheme()
  return (
    <span className="line">
      <label htmlFor={id}>{say('appearance')}</label>
      <select
        id={id}
        className="input portal-theme"
        value={theme}
        onChange={(event) => setTheme(event.target.value as Theme)}
      >
        <option value="system">{say('system')}</option>
        <option value="light">{say('light')}</option>
        <option value="dark">{say('dark')}</option>
      </select>
    </span>
  )
}
