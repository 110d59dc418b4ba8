"""What the tokenizers learn from, and the texts whose vectors are recorded."""

LEARNED = [
    "this is a photo of a waterfall in a garden.",
    "a photo of the sea and the islands from above",
    "somebody is cooking in the kitchen of the restaurant",
    "wine and bottles on a wooden table near the window",
    "swans on the lake at golden hour, warm light over the water",
    "fresh oysters with lemon on ice; the chef pours the sauce",
    "the hotel room has a balcony with a view of the beach",
    "what a lovely evening! we will come back soon.",
    "crème brûlée and café au lait at the façade",
    "people are walking on the street in the rain",
]

# Capitals, accents, runs of spaces, emoji, other scripts, nothing at all, more than any of the models can take.
ASKED = [
    "This is a photo of a waterfall.",
    "Crème BRÛLÉE & café: naïve façade!",
    "sea and islands from above",
    "WINE or bottles   on a table?!",
    "🍷🌊 oysters — \"fresh\" since 2024",
    "",
    "Straße 東京の海\tТихий океан",
    "the chef pours the sauce, the guest's glass is full, don't we love it? " * 12,
]
