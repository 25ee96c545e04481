/** The settings of a training as options of the command line. */
import { InvalidArgumentError, Option } from "npm:commander@15.1.0";
import {
  cropNames,
  initialisationNames,
  optimiserNames,
  policyNames,
  projectionNames,
  scheduleNames,
  type TrainSetting,
  trainSettings,
  type TrainTypes,
} from "../../core/train/settings.ts";
import { integer, positive } from "../options.ts";

/** A number of at least 0 and at most so much. */
const upTo = (most: number) => (text: string): number => {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= most) return value;
  throw new InvalidArgumentError(`It must be a number ${most === Infinity ? "of at least 0" : `from 0 to ${most}`}.`);
};

/** How the value of each kind of setting is read; kinds without a flag are not. */
const readers: { readonly [Kind in keyof TrainTypes]: (option: Option, most?: number) => Option } = {
  name: (option) => option,
  count: (option, most) => option.argParser(integer(1, most)),
  natural: (option, most) => option.argParser(integer(0, most)),
  amount: (option) => option.argParser(positive),
  size: (option) => option.argParser(upTo(Infinity)),
  share: (option) => option.argParser(upTo(1)),
  switch: (option) => option,
  optimiser: (option) => option.choices(optimiserNames),
  schedule: (option) => option.choices(scheduleNames),
  initialisation: (option) => option.choices(initialisationNames),
  crop: (option) => option.choices(cropNames),
  policy: (option) => option.choices(policyNames),
  projection: (option) => option.choices(projectionNames),
  epochList: (option) => option,
};

const optionOf = ({ flag, help, kind, most }: TrainSetting): Option => readers[kind](new Option(flag!, help), most);

const flagged: readonly (readonly [key: string, row: TrainSetting])[] = Object.entries<TrainSetting>(trainSettings)
  .filter(([, { flag }]) => flag !== undefined);

/**
 * The options of all settings that have a flag, with a teacher's or without. They have no defaults, as a training takes those
 * of its preset.
 */
export function trainSettingOptions({ taught = false } = {}): Option[] {
  return flagged.filter(([, { teaches }]) => taught || !teaches).map(([, row]) => optionOf(row));
}

/** The settings that the options of {@link trainSettingOptions} parse to; those that are not given are undefined. */
export function trainSettingsFrom(options: object): Record<string, unknown> {
  const values = new Map<string, unknown>(Object.entries(options));
  return Object.fromEntries(flagged.map(([key, row]) => [key, values.get(optionOf(row).attributeName())]));
}
