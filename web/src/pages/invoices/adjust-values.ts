/** Texts as typed; what is empty stays as it is. */
export type AdjustValues = { units: string; unitAmount: string; name: string }

/** The body of the request. A price is only changed together with units, so those of the line are sent with it. */
export function adjustBody(
  { units, unitAmount, name }: AdjustValues,
  fee: { readonly lago_id: string | null; readonly units: string },
): object {
  return {
    fee_id: fee.lago_id,
    ...(units !== '' || unitAmount !== '' ? { units: units || fee.units } : {}),
    ...(unitAmount === '' ? {} : { unit_precise_amount: unitAmount }),
    ...(name.trim() === '' ? {} : { invoice_display_name: name.trim() }),
  }
}

/** What is wrong, by field. */
export function checkAdjustment(values: AdjustValues): Record<string, string | undefined> {
  const isNumber = (text: string) => text === '' || Number(text) >= 0
  const isNothing = values.units === '' && values.unitAmount === '' && values.name.trim() === ''
  return {
    units: isNothing
      ? 'Change at least one of these.'
      : isNumber(values.units)
        ? undefined
        : 'Enter units of zero or more.',
    unitAmount: isNumber(values.unitAmount) ? undefined : 'Enter a price of zero or more.',
  }
}
