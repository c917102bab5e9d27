/** Friendly names for runs: "brave-otter". Made from the id alone, so every machine gives the same name. */

const adjectives = words(`
  able agile airy alert amber ample ancient apt arctic ardent autumn azure balmy basic bold brave breezy bright brisk broad bronze
  bubbly busy calm candid careful casual cheerful chief chilly civil clean clear clever close cloudy coastal cobalt cool copper
  coral cosmic cosy crimson crisp curious daily dapper daring dawn dear decent deep deft desert dewy direct dotted downy dreamy
  dusky eager early earnest earthy eastern easy elated elder elegant ember epic equal even exact expert fabled fair faithful famous
  fancy fast fearless festive fine firm first fleet floral fluent flying fond formal frank free fresh frosty full funny gallant
  gentle genuine giant gifted glad gleaming global golden good graceful grand grateful great green happy hardy hazel hearty
  helpful hidden high honest hopeful humble icy ideal indigo ivory jade jaunty jolly jovial joyful just keen kind lasting late leafy
  level light lively lofty logical loyal lucid lucky lunar lush magic major maple marble mellow merry mighty mild mindful minty
  misty modest mossy musical native neat nimble noble northern novel olive open optimal orange orderly pale patient peaceful pearly
  placid plain playful pleasant plucky polar polite prime prompt proud pure quick quiet radiant rapid rare ready regal rich robust
  rosy royal rugged rustic sage sandy scarlet serene sharp shiny silent silver simple sincere sleek smart smooth snowy sober social
  soft solar solid sonic spry stable starry steady stellar still stoic sturdy subtle sunny super sure swift tactful tall teal
  tender tidy timely tiny topaz tranquil true trusty upbeat urban useful valiant vast velvet vernal vibrant vital vivid warm wavy
  western whole wild willing windy winter wise witty wooden worthy young zesty
`);

const animals = words(`
  addax adder agouti albatross alpaca ant anteater antelope argali armadillo auk avocet axolotl badger bandicoot barbet barracuda
  basilisk bass bat bear beaver bee beetle beluga bison bittern blackbird boar bobcat bongo bonobo booby buffalo bulbul bunting
  bustard butterfly buzzard caiman camel canary capybara caracal cardinal caribou carp cassowary cat catfish chameleon chamois cheetah
  chickadee chinchilla chipmunk cicada civet clam coati cobra cod condor coot coral cormorant cougar coyote crab crane crayfish
  cricket crow cuckoo curlew deer dingo dipper dodo dolphin donkey dormouse dove dragonfly duck dugong dunlin eagle echidna eel egret
  eider eland elephant elk emu ermine falcon ferret finch firefly flamingo flounder fox frog gannet gazelle gecko gerbil gibbon giraffe
  goat goldfinch goose gopher grebe grouse guanaco guppy haddock halibut hamster hare harrier hawk hedgehog heron herring hippo hoopoe
  hornbill horse hummingbird hyena hyrax ibex ibis iguana impala jackal jackdaw jaguar jay jellyfish jerboa kangaroo kestrel kingfisher
  kite kiwi koala koi kookaburra krill kudu ladybird lark lemming lemur leopard linnet lion lizard llama lobster loon loris lynx macaque
  macaw magpie mallard manatee mandrill mantis margay marlin marmoset marmot marten martin meerkat merlin mink mole mongoose moose
  moth mouse mule muskox narwhal newt nightingale nightjar nuthatch ocelot octopus okapi opossum orca oriole oryx osprey ostrich otter
  owl oyster panda pangolin panther parrot partridge peacock pelican penguin perch petrel pheasant pika pike pipit plover pony porcupine
  porpoise puffin puma python quail quetzal quokka rabbit raccoon ram raven ray reindeer rhino robin rook sable salamander salmon
  sandpiper sardine seal serval shark sheep shrew shrike skink skylark sloth snail snipe sparrow spoonbill squid squirrel starling stoat
  stork sturgeon swallow swan swift tapir tarsier teal tern terrapin thrush tiger toad tortoise toucan trout tuna turaco turtle vicuna
  viper vole wagtail wallaby walrus warbler weasel whale whimbrel wigeon wolf wolverine wombat woodcock woodpecker wren yak zebra
`);

/** The name for a run id; `again` (0, 1, 2 …) gives further names where one is taken. */
export function runName(id: string, again = 0): string {
  const mixed = hash(again === 0 ? id : `${id}#${again}`);
  const adjective = adjectives[mixed % adjectives.length] ?? "plain";
  const animal = animals[Math.floor(mixed / adjectives.length) % animals.length] ?? "otter";
  return `${adjective}-${animal}`;
}

/** FNV-1a over the characters, with the bits spread once more at the end: 32 bits. */
function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
