"""Where a network puts pictures before it judges them: which known ones lie near, and how all of them lie."""
