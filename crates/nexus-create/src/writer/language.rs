//! The small words of five languages: which language a review is in, and where its phrases may be broken.

/// A language whose small words and praise the writer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Italian.
    Italian,
    /// Any other one: quoted by its punctuation and its stars alone.
    Other,
}

/// What a small word does in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `the`, `our`: belongs to what follows.
    Determiner,
    /// `with`, `from`: opens a phrase.
    Preposition,
    /// `and`, `or`: joins equals.
    Joiner,
    /// `but`, `because`: opens a clause of another kind.
    Turner,
    /// `we`, `it`: the subject of a clause.
    Pronoun,
    /// `was`, `have`, `very`: never ends a phrase well.
    Auxiliary,
}

struct SmallWords {
    language: Language,
    code: &'static str,
    determiners: &'static str,
    prepositions: &'static str,
    joiners: &'static str,
    turners: &'static str,
    pronouns: &'static str,
    auxiliaries: &'static str,
}

const TABLES: [SmallWords; 5] = [
    SmallWords {
        language: Language::English,
        code: "en",
        determiners: "the a an our their my your his her its this that these those every each some any no all another such both",
        prepositions: "with from at in on for by of to into over under through without around near after before during since \
                       between behind beside above across along inside outside until towards upon as like than about",
        joiners: "and or plus & nor",
        turners: "but because although though however while whilst whereas which who when where if unless yet except so \
                  despite besides",
        pronouns: "i we it they he she you there everything everyone everybody nothing i'm i've i'd i'll we're we've we'd \
                   we'll it's they're they've you're you'll that's there's he's she's who's let's",
        auxiliaries: "is are was were be been being am have has had having do does did will would can could should may \
                      might must shall very so really absolutely truly just too quite even also always never not only \
                      simply pretty more most much don't didn't doesn't won't can't couldn't wasn't weren't isn't aren't \
                      wouldn't ever still what how them us me him",
    },
    SmallWords {
        language: Language::German,
        code: "de",
        determiners: "der die das den dem des ein eine einen einem einer eines unser unsere unserem unseren mein meine \
                      ihr ihre ihren diese dieser dieses diesem jede jeder jedes alle kein keine keinen",
        prepositions: "mit von bei in im am an auf fur aus zu zum zur nach vor uber unter durch ohne um seit zwischen \
                       hinter neben wahrend bis vom beim ins ans als wie",
        joiners: "und oder sowie & plus",
        turners: "aber weil obwohl jedoch doch wahrend wenn dass leider nur allerdings sondern denn trotz",
        pronouns: "ich wir es er sie man du ihr alles jeder uns mir mich dir",
        auxiliaries: "ist sind war waren wird wurde wurden hat haben hatte hatten kann konnte sehr so wirklich total \
                      einfach auch immer nie nicht noch schon ganz mehr sich bin sein gewesen werden absolut",
    },
    SmallWords {
        language: Language::French,
        code: "fr",
        determiners: "le la les l un une des du de d ce cet cette ces notre nos votre vos mon ma mes son sa ses leur leurs \
                      chaque tout toute tous toutes",
        prepositions: "avec dans sur sous pour par chez sans depuis pendant entre vers a au aux en apres avant derriere \
                       devant comme que",
        joiners: "et ou ni & plus",
        turners: "mais car parce quand lorsque si malgre dommage cependant qui dont",
        pronouns: "je j nous il elle ils elles on vous tu c'est c'etait j'ai ca cela y n'est",
        auxiliaries: "est sont etait etaient a ont avait avons ete tres vraiment si aussi toujours jamais ne pas bien trop \
                      plus moins se s'est etre avoir fait",
    },
    SmallWords {
        language: Language::Spanish,
        code: "es",
        determiners: "el la los las un una unos unas mi mis tu su sus nuestro nuestra este esta estos estas cada todo toda \
                      todos todas",
        prepositions: "con de del en a al por para sin sobre desde entre hasta hacia durante como que",
        joiners: "y e o u ni & mas",
        turners: "pero porque aunque cuando si donde sino mientras sin-embargo lastima",
        pronouns: "yo nosotros ellos ellas usted nos me te se lo le les todo",
        auxiliaries: "es son era eran fue fueron esta estan estaba estaban ha han hay muy tan realmente siempre nunca no \
                      tambien mas ser estar he hemos",
    },
    SmallWords {
        language: Language::Italian,
        code: "it",
        determiners: "il lo la i gli le un uno una l un' mio mia nostro nostra questo questa questi ogni tutto tutta tutti",
        prepositions: "con di del della dei delle dal dalla in nel nella a al alla su sul sulla per da tra fra senza come che",
        joiners: "e ed o & piu",
        turners: "ma perche anche-se quando se dove pero mentre purtroppo",
        pronouns: "io noi loro lui lei ci mi si vi",
        auxiliaries: "e' sono era erano stato stata ha hanno abbiamo molto davvero veramente sempre mai non anche piu tanto \
                      essere avere ho",
    },
];

impl Language {
    /// The language of these words: the one whose small words are most frequent; on a tie or without any,
    /// the one that `declared` (BCP 47) names.
    pub(crate) fn detect<'a>(words: impl Iterator<Item = &'a str> + Clone, declared: &str) -> Self {
        let declared = Self::from_tag(declared);
        let mut best = (0_usize, declared);
        for table in &TABLES {
            let count = words.clone().filter(|word| table.role(word).is_some()).count();
            let own = usize::from(table.language == declared);
            if count > 0 && count * 2 + own > best.0 {
                best = (count * 2 + own, table.language);
            }
        }
        // One or two hits in a long text are chance: the text is in a language that no table covers.
        let total = words.count();
        if total >= 8 && best.0 <= total / 3 { Self::Other } else { best.1 }
    }

    /// The language of a BCP 47 tag.
    pub(crate) fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        TABLES.iter().find(|table| table.code == primary).map_or(Self::Other, |table| table.language)
    }

    /// What the folded word does in this language; `None` for words that carry meaning.
    pub(crate) fn role(self, folded: &str) -> Option<Role> {
        TABLES.iter().find(|table| table.language == self).and_then(|table| table.role(folded))
    }
}

impl SmallWords {
    fn role(&self, folded: &str) -> Option<Role> {
        let has = |list: &str| list.split_whitespace().any(|word| word == folded);
        [
            (self.turners, Role::Turner),
            (self.joiners, Role::Joiner),
            (self.determiners, Role::Determiner),
            (self.pronouns, Role::Pronoun),
            (self.prepositions, Role::Preposition),
            (self.auxiliaries, Role::Auxiliary),
        ]
        .into_iter()
        .find(|(list, _)| has(list))
        .map(|(_, role)| role)
    }
}

/// Lower case without accents, typographic apostrophes made plain: the form in which words are looked up.
pub(crate) fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => folded.push('a'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'ß' => folded.push_str("ss"),
            'œ' => folded.push_str("oe"),
            '’' | '‘' | '`' | '´' => folded.push('\''),
            '\u{307}' => {}
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_languages_apart() {
        for (text, declared, want) in [
            ("the food was great and we loved it", "de", Language::English),
            ("das essen war sehr gut und der service auch", "en", Language::German),
            ("nous avons adore le repas et la terrasse", "en", Language::French),
            ("la comida es muy buena y el servicio tambien", "en", Language::Spanish),
            ("il cibo era molto buono e la vista davvero bella", "en", Language::Italian),
            ("pyszne jedzenie i bardzo mila obsluga polecam kazdemu kto lubi ryby", "pl", Language::Other),
            ("wow", "fr", Language::French),
        ] {
            assert_eq!(Language::detect(text.split(' '), declared), want, "{text}");
        }
    }

    #[test]
    fn folds_accents_and_apostrophes() {
        assert_eq!(fold("Délicieux"), "delicieux");
        assert_eq!(fold("Couldn’t"), "couldn't");
        assert_eq!(fold("GROẞ"), "gross");
    }
}
