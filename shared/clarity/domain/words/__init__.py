"""Facts, the words that rest on them, and the check of one against the other (POLICY.md).

facts      facts, readings (how a metric is told), weeks (usual, change, trend, shift)
wording    wording and texts/: labels, values and phrases by language and reading level
narrator   narrator, and what it tells: plans, measured, over_time, suggestions; narrative (types)
check      grounding, and its rules: claims (numbers), comparisons, remarks; what a sentence says:
           said, quantities, moments; languages/ has what each language is like
safety     safety, crisis and phrases/ (a person's own words), helplines
"""
