/** What the classes of data sets are called that keep no names beside their images. */

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
