/** Bodies of one organization parsed per event loop turn before the others get their turn. */
const BODIES_MAX = 4

type Line = { begun: number; readonly waiting: (() => void)[] }

/**
 * Schedules the parsing of bodies. Parsing one costs a thousand times more than accepting it, and the event loop
 * would process arrivals in the order of sockets. So the bodies of a flood are spread over as many turns of the loop
 * as needed, and each turn starts with a few of every organization.
 */
export class BodyTurns {
  private readonly lines = new Map<string, Line>()
  private isNextAsked = false

  /** Undefined when the body may be parsed immediately; otherwise resolves when it is its turn. */
  turnOf(organizationId: string): Promise<void> | undefined {
    const line = this.lineOf(organizationId)
    if (line.begun < BODIES_MAX) {
      line.begun += 1
      return undefined
    }
    return new Promise((resolve) => line.waiting.push(resolve))
  }

  private lineOf(organizationId: string): Line {
    const known = this.lines.get(organizationId)
    if (known) return known
    const line = { begun: 0, waiting: [] }
    this.lines.set(organizationId, line)
    this.askForNext()
    return line
  }

  private askForNext(): void {
    if (this.isNextAsked) return
    this.isNextAsked = true
    setImmediate(() => {
      this.isNextAsked = false
      this.next()
    })
  }

  private next(): void {
    for (const [organizationId, line] of this.lines) {
      const turn = line.waiting.splice(0, BODIES_MAX)
      line.begun = turn.length
      if (turn.length === 0) this.lines.delete(organizationId)
      for (const resolve of turn) resolve()
    }
    if (this.lines.size > 0) this.askForNext()
  }
}
