/** What the classes of data sets are called that keep no names beside their images. */
import imagenet from "./imagenet_classes.json" with { type: "json" };

/** CIFAR-10's, in the order of its labels. */
export const cifar10Classes: readonly string[] = [
  ..."airplane automobile bird cat deer dog frog horse ship truck".split(" "),
];

/** CIFAR-100's 100 fine classes, in the order of its labels. */
export const cifar100Classes: readonly string[] = [
  ..."apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly".split(" "),
  ..."camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile".split(" "),
  ..."cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo keyboard lamp".split(" "),
  ..."lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse mushroom".split(" "),
  ..."oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine".split(" "),
  ..."possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake".split(" "),
  ..."spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger tractor".split(" "),
  ..."train trout tulip turtle wardrobe whale willow_tree wolf woman worm".split(" "),
];

/** MNIST's digits. */
export const mnistClasses: readonly string[] = [..."0123456789"];

/**
 * ImageNet's (ILSVRC 2012), in the order of its labels: WordNet's words for each class, as TensorFlow's models list them
 * (tensorflow/tfjs-models, mobilenet, Apache-2.0).
 */
export const imagenetClasses: readonly string[] = imagenet;

/** The classes of published data sets, by the name that a command line has for each. */
export const dataSetClasses: ReadonlyMap<string, readonly string[]> = new Map([
  ["cifar10", cifar10Classes],
  ["cifar100", cifar100Classes],
  ["imagenet", imagenetClasses],
  ["mnist", mnistClasses],
]);

/**
 * The names of the classes of a network that tells only how many it has: those of the data set with that many. Undefined
 * where there is none.
 */
export function classNames(count: number): readonly string[] | undefined {
  return [cifar10Classes, cifar100Classes, imagenetClasses].find(({ length }) => length === count);
}
