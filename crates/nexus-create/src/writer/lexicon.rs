//! What words say: praise, complaint, and the things that a camera can show.

use super::language::Language;

/// What kind of thing a noun names; decides whether a missing shot of it may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Food, drink, music, light, flowers, weather, animals: texture, mood, detail.
    Thing,
    /// The place itself: a made shot would pretend to be it.
    Place,
    /// People: a made shot would pretend to be them.
    Person,
}

/// Strength of praise, 1 to 3, by language; folded, a trailing `*` matches any ending.
const PRAISE: &[(Language, u8, &str)] = &[
    (
        Language::English,
        3,
        "best unforgettable exceptional outstanding incredible phenomenal magical spectacular unbelievable perfect perfection \
         flawless divine breathtaking stunning heavenly extraordinary superb mind-blowing unreal world-class sublime \
         perfectly faultless impeccable",
    ),
    (
        Language::English,
        2,
        "amazing wonderful fantastic excellent delicious brilliant beautiful beautifully gorgeous awesome marvellous marvelous \
         love loved loving adore adored lovely magnificent mouthwatering mouth-watering delightful gem treasure charming \
         melted melts dreamy exquisite memorable terrific fabulous tasty delighted blown wow favourite favorite paradise \
         unbeatable",
    ),
    (
        Language::English,
        1,
        "great good nice friendly kind cosy cozy warm fresh enjoyed enjoy enjoyable recommend recommended happy comfortable \
         welcoming welcomed welcome relaxing relaxed attentive generous clean crisp tender juicy romantic thoughtful helpful \
         smiling smile laughed stayed impressed superior peaceful elegant stylish special home glad thank thanks pleasant \
         homemade returning return fun cool better authentic professional quality sweet pretty crispy golden fluffy creamy \
         rich bright sunny",
    ),
    (
        Language::German,
        3,
        "beste* unvergesslich* perfekt* traumhaft* sensationell* atemberaubend* phanomenal* himmlisch* einzigartig* \
         aussergewohnlich* weltklasse makellos*",
    ),
    (
        Language::German,
        2,
        "wunderbar* fantastisch* hervorragend* ausgezeichnet* kostlich* lecker* grossartig* herrlich* wunderschon* toll* \
         super genial* liebevoll* begeistert* spitze klasse liebe geliebt* genossen vorzuglich* exzellent*",
    ),
    (
        Language::German,
        1,
        "gut* schon* freundlich* nett* gemutlich* frisch* herzlich* empfehl* gern* zufrieden* warm* danke gluck* aufmerksam* \
         charmant* entspannt* sauber* zart* saftig* hausgemacht* wohlgefuhlt willkommen",
    ),
    (
        Language::French,
        3,
        "meilleur* inoubliable* parfait* exceptionnel* divin* magique* sublime* extraordinaire* epoustouflant* incroyable* \
         irreprochable*",
    ),
    (
        Language::French,
        2,
        "delicieu* excellent* magnifique* merveilleu* formidable* fantastique* superbe* adore* adorable* genial* ravi* \
         exquis* regal* charmant* savoureu* splendide*",
    ),
    (
        Language::French,
        1,
        "bon bonne bons bonnes beau belle bel agreable* chaleureu* accueillant* frais fraiche* sympathique* souriant* \
         recommand* merci tendre* copieu* soigne* bravo sympa* aime",
    ),
    (
        Language::Spanish,
        3,
        "mejor* inolvidable* perfect* excepcional* espectacular* increible* magic* divin* extraordinari* insuperable* \
         impecable*",
    ),
    (
        Language::Spanish,
        2,
        "delicios* excelente* maravillos* fantastic* estupend* encanta* preciosa* precioso* exquisit* riquisim* buenisim* \
         genial* fenomenal* hermos*",
    ),
    (
        Language::Spanish,
        1,
        "buen buena bueno buenas buenos rico rica ricos ricas bonit* amable* fresc* acogedor* recomend* agradable* gracias \
         atent* simpatic* feliz tranquil* casero casera",
    ),
    (
        Language::Italian,
        3,
        "miglior* indimenticabil* perfett* eccezional* spettacolar* incredibil* divin* straordinari* impeccabil*",
    ),
    (
        Language::Italian,
        2,
        "delizios* eccellent* meraviglios* fantastic* ottim* squisit* splendid* buonissim* bellissim* adoro amato magnific* \
         stupend* favolos*",
    ),
    (
        Language::Italian,
        1,
        "buon* bello bella belli belle gentil* fresc* accoglient* consigli* piacevol* grazie simpatic* felic* cordial* curat*",
    ),
];

/// Complaints by language, folded, `*` as above.
const COMPLAINTS: &[(Language, &str)] = &[
    (
        Language::English,
        "bad worst worse terrible horrible awful disgusting rude dirty filthy slow overpriced expensive disappoint* bland \
         cold stale raw undercooked overcooked burnt soggy greasy tasteless mediocre poor poorly lacking lacked noisy loud \
         smelly smell stink* waited waiting wait ignored unfriendly unhelpful unprofessional mistake* wrong broken cockroach* \
         fly flies hair sick ill poison* refund complain* complaint* problem* issue* unfortunately sadly pity avoid never-again \
         disaster* nightmare ruin* shame* scam rip-off ripoff joke insult* angry annoy* boring dry tough salty forgot \
         forgotten missing lousy hated hate fail* unacceptable stress* crowded cramped uncomfortable leak* mold mould mouldy \
         bugs average meh okay ok downside dull rushed pricey minus fault tiny hard unclean queue late lost fake worth-less \
         empty hour-long weak pathetic appalling atrocious dreadful shocking shouted screaming yelled vomit toilet toilets \
         nothing-special died death stolen theft racist",
    ),
    (
        Language::German,
        "schlecht* schlimm* furchtbar* schrecklich* enttausch* unfreundlich* langsam* teuer* uberteuert* kalt* dreckig* \
         schmutzig* lange warten gewartet wartezeit leider schade fad* trocken* versalzen* zah* laut* unverschamt* nie-wieder \
         mangel* problem* beschwer* fehler* ekel* mies* katastroph* abzocke unhoflich* vergessen geschmacklos* roh* verbrannt* \
         krank* masslig* massig* eng* arger* argerlich* horror*",
    ),
    (
        Language::French,
        "mauvais* horrible* decevant* decu* decus deception* sale* lent* lente* cher chere froid* impoli* attente attendu \
         attendre malheureusement dommage fade* sec seche brule* trop-sale bruyant* desagreable* arnaque* probleme* jamais-plus \
         immangeable* cru degoutant* mediocre* nul* catastroph* malade* oublie* pire* honte*",
    ),
    (
        Language::Spanish,
        "mal mala malo malos malas peor* horrible* terrible* sucio* sucia* lento lenta caro cara carisim* frio fria \
         decepcion* grosero* grosera* espera* esperamos lamentable* desgraciadamente lastima soso sosa seco seca quemad* \
         ruidos* problema* asco estafa* crudo cruda antipatic* pesim* enferm* olvid* verguenza",
    ),
    (
        Language::Italian,
        "male cattiv* peggior* pessim* orribil* terribil* sporc* lent* caro cara fredd* delus* maleducat* attes* purtroppo \
         peccato insipid* secco secca bruciat* rumoros* problem* schifo truffa crud* antipatic* scadent* vergogn*",
    ),
];

/// Words that turn what follows into its opposite.
const NEGATORS: &str = "not no never nothing none neither without hardly barely isn't wasn't weren't aren't don't didn't doesn't \
    can't couldn't won't wouldn't shouldn't cannot dont didnt wasnt isnt cant nicht kein keine keinen keinem keiner nie \
    niemals ohne nichts ne pas jamais rien sans aucun aucune n'est n'etait n'a n'ai nunca nada sin ningun ninguna non mai \
    niente senza nessun nessuna";

/// Sequences that praise although single words of theirs might not.
const PRAISING_IDIOMS: &[&str] = &[
    "can't wait",
    "cannot wait",
    "can't recommend",
    "cannot recommend",
    "couldn't recommend",
    "not to be missed",
    "couldn't be better",
    "couldn't have been better",
    "can't fault",
    "couldn't fault",
    "cannot fault",
    "no complaints",
    "nothing to complain",
    "not only",
    "nothing but",
    "no wonder",
    "never disappoint",
    "never disappoints",
    "never disappointed",
    "not disappointed",
    "not disappoint",
    "won't be disappointed",
    "not be disappointed",
    "wasn't disappointed",
    "weren't disappointed",
    "to die for",
    "second to none",
    "not bad",
    "cold beer",
    "cold beers",
    "ice cold",
    "cold drinks",
    "no problem",
    "nothing was too much",
    "never want to leave",
    "didn't want to leave",
    "don't want to leave",
    "hard to beat",
    "hard to leave",
    "can't go wrong",
    "hidden gem",
    "not a single complaint",
    "no fault",
    "without a doubt",
    "without doubt",
    "never been happier",
    "can't get enough",
    "couldn't stop",
    "can't stop",
    "don't miss",
    "blown away",
    "worth every",
    "worth the wait",
    "without fail",
    "tiny details",
    "open late",
    "never too",
    "nicht enttauscht",
    "nie enttauscht",
    "nicht nur",
    "immer wieder",
    "kommen wieder",
    "ohne zweifel",
    "pas decu",
    "pas decus",
    "jamais decu",
    "jamais decus",
    "ne pas manquer",
    "sans hesiter",
    "sans aucun doute",
    "sin duda",
    "no defrauda",
    "no solo",
    "non solo",
    "senza dubbio",
];

/// Words after which a negator makes the praise stronger: `never had such`, `nie so gut`.
const SUPERLATIVES: &str =
    "such better nicer finer so as more anything besser so-gut solch meilleur aussi mejor tan meglio cosi";

/// Words of what was wished for, not met: praise near them is no praise.
const UNMET: &str = "would could should might expected expecting expect supposed wish wished hoped hoping if used unless \
    instead claims claimed advertised pretend pretends pretending until once-was hatte konnte sollte ware erwartet wenn \
    angeblich fruher devrait aurait serait pourrait attendais si espere deberia habria seria esperaba supuesto dovrebbe \
    sarebbe avrebbe speravo se";

/// Words that no brand puts on a screen.
const PROFANITY: &str = "fuck* fucking shit* bullshit asshole* bitch* bastard* cunt* dick piss* crap* wtf damn damned scheiss* \
    arsch* verdammt* fick* putain merde* connard* salope* mierda joder puta* cono cazzo merda stronz* vaffanculo";

/// Things a camera can show: folded singular (or stem with `*`), English name, kind.
const THINGS: &[(Kind, &str)] = &[
    (
        Kind::Thing,
        "oyster* lobster* crab* shrimp* prawn* mussel* scallop* fish salmon tuna octopus squid calamari seafood steak* burger* \
         pizza* pasta* risotto* ravioli gnocchi bread* sourdough baguette* croissant* cake* dessert* tiramisu chocolate* \
         cheesecake* ice-cream gelato sorbet pie pies tart* pancake* waffle* egg eggs bacon breakfast* brunch* soup* salad* \
         cheese* olive* tomato* garlic truffle* mushroom* potato* fries chips rice noodle* ramen sushi dumpling* curry taco* \
         burrito* paella tapas lamb duck chicken beef pork ribs ham sausage* schnitzel* strudel pretzel* honey butter herbs spices \
         lemon* fruit* berries strawberr* apple* orange* coffee* espresso* cappuccino* latte* tea wine* champagne prosecco beer* \
         cocktail* martini* negroni* whisky whiskey gin rum spritz juice* lemonade glass* bottle* plate* dish dishes jazz \
         piano* guitar* violin* saxophone* trio band music song* singer* vinyl candle* candlelight lantern* fire fireplace* \
         fireside oven grill flame* flower* rose roses tulip* bouquet* tree* sunset* sunrise* sea ocean wave* beach sand \
         harbour-lights boat* sail* moon stars sky rain snow mountain* river forest lake* wind sun sunshine sunlight light lights moonlight \
         linen pillow* blanket* towel* robe* bathtub* bath sauna pool* spa massage* book* vase* ceramic* pottery leather \
         necklace* jewellery jewelry ring rings dress dresses scarf candlesticks soap* perfume* bike* dog dogs cat cats horse* \
         cookie* muffin* bagel* sandwich* brownie* scone* crepe* oil salt smoke roast* stew* snack* appetizer* starter* \
         dinner lunch meal* food drink* menu",
    ),
    (
        Kind::Place,
        "terrace* view* garden* room* bed beds balcony patio courtyard rooftop bar window* table* kitchen* dining-room lobby \
         suite* hotel* restaurant* shop* store* cafe bakery harbour harbor waterfront seafront quay decor interior* bathroom* \
         corner* chair* sofa* counter counters shelves entrance cellar barn cabin* villa* house gallery studio",
    ),
    (
        Kind::Person,
        "staff team waiter* waitress* server servers chef* cook host* hosts hostess* owner* barista* bartender* sommelier* \
         receptionist* concierge baker* florist* family couple kids children friends guests people musician* pianist* band-members",
    ),
];

/// Things in other languages: folded word, English name, kind.
const FOREIGN_THINGS: &[(Language, Kind, &str)] = &[
    (
        Language::German,
        Kind::Thing,
        "austern:oysters hummer:lobster fisch*:fish lachs:salmon brot*:bread brotchen:bread-rolls kuchen*:cake torte*:cake \
         eis:ice-cream fruhstuck*:breakfast suppe*:soup salat*:salad kase*:cheese schnitzel*:schnitzel steak*:steak fleisch:meat \
         pizza*:pizza pasta:pasta nudeln:pasta kaffee*:coffee tee:tea wein*:wine weine:wine bier*:beer cocktail*:cocktails \
         musik:music klavier*:piano jazz*:jazz kerze*:candles kaminfeuer:fireplace kamin*:fireplace blume*:flowers meer:sea \
         strand:beach sonnenuntergang*:sunset see:lake wellen:waves berge:mountains wald:forest licht*:light essen:food \
         speisen:food nachtisch*:dessert desserts:dessert schokolade:chocolate pool:pool sauna:sauna",
    ),
    (
        Language::German,
        Kind::Place,
        "terrasse*:terrace aussicht*:view blick:view garten:garden zimmer*:room bett*:bed balkon:balcony fenster:window \
         tisch*:table kuche:kitchen restaurant*:restaurant hotel*:hotel laden:shop cafe:cafe hafen:harbour stube:dining-room",
    ),
    (
        Language::German,
        Kind::Person,
        "personal:staff team:team service:staff kellner*:waiter koch*:chef gastgeber*:host familie:family freunde:friends wirt*:host",
    ),
    (
        Language::French,
        Kind::Thing,
        "huitre*:oysters homard*:lobster poisson*:fish saumon:salmon pain*:bread baguette*:baguette croissant*:croissants \
         gateau*:cake dessert*:dessert glace*:ice-cream petit-dejeuner:breakfast soupe*:soup salade*:salad fromage*:cheese \
         viande*:meat steak*:steak cafe*:coffee the:tea vin*:wine biere*:beer champagne:champagne cocktail*:cocktails \
         musique:music piano:piano jazz:jazz bougie*:candles cheminee:fireplace fleur*:flowers mer:sea plage:beach \
         coucher:sunset lumiere*:light plat*:dishes repas:meal cuisine:food chocolat*:chocolate fruits:fruit moules:mussels \
         crepe*:crepes piscine:pool",
    ),
    (
        Language::French,
        Kind::Place,
        "terrasse*:terrace vue*:view jardin*:garden chambre*:room lit:bed balcon:balcony fenetre*:window table*:table \
         restaurant*:restaurant hotel*:hotel boutique*:shop port:harbour salle*:dining-room",
    ),
    (
        Language::French,
        Kind::Person,
        "personnel:staff equipe*:team serveur*:waiter serveuse*:waitress chef*:chef famille:family amis:friends patron*:owner service:staff",
    ),
    (
        Language::Spanish,
        Kind::Thing,
        "ostras:oysters langosta*:lobster pescado*:fish salmon:salmon pan:bread pastel*:cake tarta*:cake postre*:dessert \
         helado*:ice-cream desayuno*:breakfast sopa*:soup ensalada*:salad queso*:cheese carne*:meat paella*:paella tapas:tapas \
         cafe:coffee te:tea vino*:wine cerveza*:beer coctel*:cocktails musica:music piano:piano jazz:jazz guitarra*:guitar \
         vela*:candles chimenea:fireplace flor*:flowers mar:sea playa:beach atardecer*:sunset luz*:light comida*:food \
         plato*:dishes chocolate:chocolate gambas:prawns pulpo:octopus jamon:ham piscina:pool marisco*:seafood",
    ),
    (
        Language::Spanish,
        Kind::Place,
        "terraza*:terrace vista*:view jardin*:garden habitacion*:room cama*:bed balcon:balcony ventana*:window mesa*:table \
         restaurante*:restaurant hotel*:hotel tienda*:shop puerto:harbour local:place",
    ),
    (
        Language::Spanish,
        Kind::Person,
        "personal:staff equipo:team camarero*:waiter camarera*:waitress chef:chef familia:family amigos:friends servicio:staff",
    ),
    (
        Language::Italian,
        Kind::Thing,
        "ostriche:oysters aragosta:lobster pesce:fish pane:bread torta*:cake dolce:dessert dolci:dessert gelato:gelato \
         colazione:breakfast zuppa:soup insalata:salad formaggi*:cheese carne:meat pizza*:pizza pasta:pasta risotto:risotto \
         caffe:coffee vino:wine vini:wine birra:beer musica:music pianoforte:piano jazz:jazz candele:candles camino:fireplace \
         fiori:flowers mare:sea spiaggia:beach tramonto:sunset luce:light luci:light cibo:food piatti:dishes piatto:dishes \
         tiramisu:tiramisu piscina:pool",
    ),
    (
        Language::Italian,
        Kind::Place,
        "terrazza:terrace vista:view giardino:garden camera:room camere:room letto:bed balcone:balcony finestra:window \
         tavolo:table ristorante:restaurant albergo:hotel negozio:shop porto:harbour locale:place",
    ),
    (
        Language::Italian,
        Kind::Person,
        "personale:staff squadra:team cameriere:waiter cameriera:waitress chef:chef cuoco:chef famiglia:family amici:friends servizio:staff",
    ),
];

/// Nouns that no camera can show.
const ABSTRACT: &str = "experience time place evening night day weekend visit stay atmosphere ambience ambiance service vibe vibes \
    quality value price prices money way moment moments thing things bit lot everything whole world life lives year years week hour \
    hours minute minutes end start beginning point fact level detail details attention care effort memory memories taste \
    flavour flavours flavor flavors selection choice range standard welcome love heart feeling mood soul joy magic idea reason \
    occasion birthday anniversary wedding trip holiday vacation town city country area street neighbourhood neighborhood rest \
    best first last next same one other others star stars-rating kind sort type size amount number part side middle review rating \
    recommendation surprise bill reservation booking website name course event combination mouth mouths eyes face hand hands ears tongue door table-for phone friend customer client place mix touch minute afternoon morning";

fn matches(list: &str, folded: &str) -> bool {
    list.split_whitespace().any(|entry| entry_matches(entry, folded))
}

fn entry_matches(entry: &str, folded: &str) -> bool {
    match entry.strip_suffix('*') {
        // A stem allows only endings of inflection, so that `cat*` would not find `catastrophe`.
        Some(stem) => folded.strip_prefix(stem).is_some_and(|rest| rest.chars().count() <= 4),
        None => entry == folded,
    }
}

/// Strength of praise of one folded word, 0 to 3.
pub(crate) fn praise(language: Language, folded: &str) -> u8 {
    let known = |&&(of, _, list): &&(Language, u8, &str)| of == language && matches(list, folded);
    if language == Language::Other {
        return u8::from(matches("perfect super wow bravo top fantastic excellent magnifico", folded)) * 2
            + 2 * u8::from(EAST_ASIAN_PRAISE.iter().any(|word| folded.contains(word)));
    }
    PRAISE.iter().find(known).map_or(0, |&(_, strength, _)| strength)
}

/// Praise in scripts without spaces, found anywhere in a piece of text.
const EAST_ASIAN_PRAISE: &[&str] = &[
    "好吃",
    "美味",
    "最高",
    "おいし",
    "素敵",
    "素晴",
    "綺麗",
    "完美",
    "推荐",
    "喜欢",
    "很棒",
    "漂亮",
    "맛있",
    "최고",
    "좋",
];

/// True when the folded word complains.
pub(crate) fn complains(language: Language, folded: &str) -> bool {
    const EAST_ASIAN: &[&str] = &["难吃", "糟糕", "不好", "失望", "まずい", "最悪", "残念", "별로", "최악"];
    COMPLAINTS.iter().any(|&(of, list)| of == language && matches(list, folded))
        || EAST_ASIAN.iter().any(|word| folded.contains(word))
}

/// True when the folded word turns what follows into its opposite.
pub(crate) fn negates(folded: &str) -> bool {
    matches(NEGATORS, folded) || folded.ends_with("n't")
}

/// True when a negator before this word strengthens: `never had such`.
pub(crate) fn is_superlative(folded: &str) -> bool {
    matches(SUPERLATIVES, folded)
}

/// True when the folded word speaks of what was wished for, not met.
pub(crate) fn is_unmet(folded: &str) -> bool {
    matches(UNMET, folded)
}

/// True for words that no brand shows.
pub(crate) fn is_profane(folded: &str) -> bool {
    matches(PROFANITY, folded)
}

/// The idioms of praise.
pub(crate) fn praising_idioms() -> impl Iterator<Item = Vec<&'static str>> {
    PRAISING_IDIOMS.iter().map(|idiom| idiom.split(' ').collect())
}

/// True for nouns that no camera can show.
pub(crate) fn is_abstract(folded: &str) -> bool {
    matches(ABSTRACT, folded) || folded.strip_suffix('s').is_some_and(|singular| matches(ABSTRACT, singular))
}

/// The thing a folded word names: its kind and its English name, when that differs from the word.
pub(crate) fn thing(language: Language, folded: &str) -> Option<(Kind, Option<String>)> {
    let foreign = FOREIGN_THINGS.iter().filter(|&&(of, ..)| of == language).find_map(|&(_, kind, list)| {
        list.split_whitespace().find_map(|pair| {
            let (entry, english) = pair.split_once(':')?;
            entry_matches(entry, folded).then(|| (kind, Some(english.replace('-', " "))))
        })
    });
    let english = || THINGS.iter().find(|(_, list)| matches(list, folded)).map(|&(kind, _)| (kind, None));
    match language {
        Language::English | Language::Other => english(),
        _ => foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mean_what_people_mean() {
        use Language::{English, French, German};
        assert_eq!(praise(English, "best"), 3);
        assert_eq!(praise(German, "wunderbares"), 2);
        assert_eq!(praise(French, "delicieux"), 2);
        assert!(complains(English, "disappointed") && !complains(English, "waiter") && complains(German, "leider"));
        assert!(negates("wasn't") && !negates("note"));
        assert_eq!(thing(English, "oysters"), Some((Kind::Thing, None)));
        assert_eq!(thing(French, "pain"), Some((Kind::Thing, Some("bread".into()))), "bread, not a complaint");
        assert!(!complains(French, "pain"));
        assert_eq!(thing(English, "terrace").map(|(kind, _)| kind), Some(Kind::Place));
        assert_eq!(thing(English, "catastrophe"), None);
    }
}
