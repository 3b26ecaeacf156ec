/** The words that names in a simulated world are made of. */
export const ADJECTIVES = words(`
  Amber Ancient Blue Borrowed Bright Broken Burning Careful Copper Crooked Distant Electric
  Empty Endless Evening Faded First Gentle Gilded Golden Hidden Hollow Honest Idle Last Late
  Little Lonely Lost Lucky Midnight Narrow Northern Open Pale Paper Patient Plain Quiet
  Restless Second Secret Silver Slow Small Southern Spare Steady Sudden Summer Tender Velvet
  Wandering Warm Western White Wild Winter Wooden Young
`);

export const NOUNS = words(`
  Anchor Arcade Avenue Balcony Ballroom Bicycle Bridge Canal Carousel Cathedral Cinema Comet
  Compass Corner Current Curtain Ember Engine Evening Ferry Field Garden Harbour Highway
  Horizon Hotel Island Kitchen Lantern Letter Library Lighthouse Machine Map Market Meadow
  Mirror Mountain Museum Orchard Ocean Parade Pavement Piano Postcard Promise Radio Railway
  Rain River Rooftop Satellite Season Shadow Signal Station Staircase Stranger Telephone
  Theatre Tide Tower Train Valley Willow Window
`);

export const ACTIONS = words(`
  Asking Borrowing Breaking Calling Carrying Catching Chasing Counting Crossing Drawing
  Dreaming Driving Falling Finding Folding Following Forgetting Holding Keeping Leaving
  Listening Losing Mending Naming Painting Passing Reading Returning Running Saving Sailing
  Singing Sleeping Standing Turning Waiting Walking Watching Whistling Writing
`);

export const FIRST_NAMES = words(`
  Ada Alma Amara Anouk Astrid Aziz Bela Bruno Carla Cem Chidi Clara Dario Edda Elif Emil
  Esme Farid Freya Gus Hana Ida Imani Ines Ivo Jana Jonas Juno Kaito Karim Lena Leo Lior Luz
  Mara Mateo Mei Milo Nadia Nils Noor Odile Omar Otto Pia Rafael Rosa Sami Selma Sena Theo
  Tove Uma Vera Wanda Yara Yusuf Zoe
`);

export const LAST_NAMES = words(`
  Abara Adler Almeida Amsel Bakker Bergman Blum Castell Conti Dahl Duarte Ekberg Falk Farrow
  Fontaine Grau Haddad Halloran Hayes Ibarra Jansen Kaya Keller Kimura Kowal Laine Lindqvist
  Marlow Mensah Moreau Nakata Novak Okafor Olsen Park Quist Rahimi Rivera Rossi Sato Sauter
  Silva Sommer Sorel Tanaka Thorne Vargas Vidal Vogel Weber Winter Yilmaz Zeller
`);

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
