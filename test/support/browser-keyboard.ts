import type { Locator, Page } from 'playwright-core'

const STEPS_MAX = 120

/** Moves the focus by the Tab key alone until an element has it; throws when it is never reached. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (await hasFocus(target)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`${target} is not reached by the Tab key`)
}

/** Tabs to a field and types into it, as a person without a mouse does. */
export async function typeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.type(text)
}

/** Tabs to a button or link and presses it. */
export async function pressOn(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

/** Somebody without a mouse who takes their time, as far as it can be told without waiting for them. */
export class SlowHuman {
  private readonly beganAt = performance.now()
  private controls = 0
  private characters = 0
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async type(target: Locator, text: string): Promise<void> {
    await typeInto(this.page, target, text)
    this.count(text.length)
  }

  /** Chooses from a list by the arrow keys: what is typed there is forgotten between two slow keys. */
  async choose(list: Locator, label: string): Promise<void> {
    await tabTo(this.page, list)
    await this.page.keyboard.press('Home')
    for (let step = 0; step < STEPS_MAX; step += 1) {
      if ((await list.locator('option:checked').textContent()) === label) return this.count(0)
      await this.page.keyboard.press('ArrowDown')
    }
    throw new Error(`${label} is not in the list`)
  }

  async press(target: Locator): Promise<void> {
    await pressOn(this.page, target)
    this.count(0)
  }

  /** Presses keys where the focus is. */
  async keys(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
    this.count(0)
  }

  /** Opens what the palette finds first. */
  async open(text: string, label: string): Promise<void> {
    await this.page.keyboard.press('Control+K')
    const palette = this.page.getByRole('dialog', { name: 'Search' })
    await palette.getByRole('combobox').waitFor()
    await this.page.keyboard.type(text)
    await palette.getByRole('option', { selected: true }).filter({ hasText: label }).waitFor()
    await this.page.keyboard.press('Enter')
    this.count(text.length)
  }

  /** Seconds that this takes somebody who thinks 1.5 s at each control and types 40 words a minute. */
  seconds(): number {
    return (performance.now() - this.beganAt) / 1000 + this.controls * 1.5 + this.characters * 0.3
  }

  private count(characters: number): void {
    this.controls += 1
    this.characters += characters
  }
}

async function hasFocus(target: Locator): Promise<boolean> {
  return (await target.and(target.page().locator(':focus')).count()) > 0
}
